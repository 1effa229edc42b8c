from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    name = "participants"
    verbose_name = _("People and post")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from participants import adapter  # noqa: F401  (registers account mail)
