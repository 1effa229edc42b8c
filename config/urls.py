from django.urls import include, path
from django.views.i18n import set_language

from config.health import healthz
from workshops.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("", include("participants.urls")),
    path("", include("workshops.urls")),
    path("", include("scenarios.urls")),
    path("demo/", include("scenarios.demo.urls")),
]
