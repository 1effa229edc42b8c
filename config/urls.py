from django.urls import include, path

from config.health import healthz
from participants.views import set_language
from workshops.views.home import home

handler403 = "workshops.views.refused.refused"
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
