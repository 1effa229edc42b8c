from django.urls import reverse

from workshops.models import Workshop


def address(name: str, workshop: Workshop, *args: int) -> str:
    return reverse(f"scenarios:{name}", args=[workshop.slug, *args])
