from datetime import datetime

from babel.dates import format_timedelta
from django import template
from django.utils import timezone
from django.utils.translation import get_language, to_locale

from workshops import gates
from workshops.layouts import PURPOSES
from workshops.models import Stage

register = template.Library()


@register.filter
def purpose(stage: Stage) -> str:
    """What the stage is for: its facilitator's words, or ours."""
    return stage.instructions or str(PURPOSES[stage.kind])


@register.filter
def passed(stage: Stage) -> list[str]:
    """What was not so when the stage was opened nevertheless."""
    return gates.titles(stage.passed_gates)


@register.filter
def how_long(moment: datetime) -> str:
    """From now, in one unit and in words: in 3 days, 2 hours ago."""
    locale = to_locale(get_language() or "en")
    text: str = format_timedelta(
        moment - timezone.now(), add_direction=True, threshold=2, locale=locale
    )
    return text


@register.filter
def is_past(moment: datetime) -> bool:
    return moment <= timezone.now()
