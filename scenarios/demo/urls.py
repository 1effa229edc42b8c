from django.urls import path

from scenarios.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.load, name="load"),
    path("sign-in/", views.sign_in, name="sign_in"),
]
