from django.urls import include, path
from django.views.i18n import set_language

from config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("", include("participants.urls")),
    path("", include("workshops.urls")),
    path("", include("scenarios.urls")),
]
