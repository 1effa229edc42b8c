from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class HouseConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers them)


class FilesConfig(StaticFilesConfig):
    # htmx's extensions, unused here: their comments look like imports that do not resolve.
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "hx-*"]
