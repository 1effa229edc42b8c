from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ScenariosConfig(AppConfig):
    name = "scenarios"

    def ready(self) -> None:
        from scenarios import agreement, asking, challenges, gating, kinds, rooms
        from scenarios.live import epochs

        agreement.register()
        asking.register()
        gating.register()
        challenges.register()
        kinds.register()
        rooms.register()
        pre_migrate.connect(epochs.stop_watching, sender=self)
        post_migrate.connect(epochs.watch, sender=self)
