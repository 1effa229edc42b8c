from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"

    def ready(self) -> None:
        from workshops import asking, convening, decision_mail, digests, emails, glossary

        asking.register()
        convening.register()
        decision_mail.register()
        digests.register()
        emails.register()
        glossary.register()
