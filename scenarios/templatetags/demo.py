from typing import Any

from django import template
from django.conf import settings

from scenarios.demo.load import find_demo
from scenarios.demo.places import PLACES
from scenarios.demo.valley import find_valley
from workshops.models import Workshop

register = template.Library()


@register.inclusion_tag("demo/_sign_in.html")
def demo_sign_in() -> dict[str, Any]:
    """What a visitor is offered: the demonstration's seats, or its loading while nothing is here yet."""
    if not settings.DEMO:
        return {}
    if workshop := find_demo():
        return {
            "workshop": workshop,
            "beside": find_valley(),
            "places": {name: label for name, (_, label) in PLACES.items()},
        }
    return {"can_load": not Workshop.objects.exists()}
