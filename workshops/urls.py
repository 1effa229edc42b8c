from django.urls import path

from workshops.views import digest, glossary, moderation, page

app_name = "workshops"
urlpatterns = [
    path("workshops/<slug:slug>/", page.page, name="page"),
    path("workshops/<slug:slug>/digest/", digest.digest, name="digest"),
    path("workshops/<slug:slug>/glossary/", glossary.glossary, name="glossary"),
    path("workshops/<slug:slug>/moderation/", moderation.queue, name="moderation"),
    path(
        "workshops/<slug:slug>/moderation/<int:contribution_id>/",
        moderation.decision,
        name="decision",
    ),
]
