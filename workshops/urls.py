from django.urls import path

from workshops.views import page

app_name = "workshops"
urlpatterns = [
    path("workshops/<slug:slug>/", page.page, name="page"),
]
