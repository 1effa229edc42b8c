from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        from workshops import (
            appeal_mail,
            asking,
            convening,
            decision_mail,
            digests,
            disputes,
            emails,
            glossary,
            reminders,
            sealing,
        )

        appeal_mail.register()
        asking.register()
        convening.register()
        decision_mail.register()
        digests.register()
        disputes.register()
        emails.register()
        glossary.register()
        reminders.register()
        pre_migrate.connect(sealing.unseal, sender=self)
        post_migrate.connect(sealing.seal, sender=self)
