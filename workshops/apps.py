from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        from workshops import decision_mail, digests, glossary

        decision_mail.register()
        digests.register()
        glossary.register()
