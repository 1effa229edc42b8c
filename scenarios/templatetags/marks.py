"""The signs of Markdown where a text is shown as it was typed."""

import re

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from scenarios.hands import Hand

register = template.Library()

_heading = re.compile(r"(?m)^(#{1,6} )(.+)$")


@register.filter
def marks(text: str) -> SafeString:
    """Let a heading be seen as one, and step its sign back."""
    drawn = _heading.sub(r'<span class="soft">\1</span><b>\2</b>', escape(text))
    return mark_safe(drawn)  # noqa: S308 - escaped above, and then only our own tags


@register.filter
def hands(runs: list[tuple[str, Hand]], several: list[Hand]) -> SafeString:
    """Each run under the colour of its hand; where there are several, its name is heard before it.

    Not in a template, for a long text has thousands.
    """
    heard = '<bdi class="visually-hidden">{}:</bdi>'
    names = {hand: format_html(heard, hand.name) if len(several) > 1 else "" for hand in several}
    return format_html_join(
        "",
        '{}<span class="wrote hue-{}">{}</span>',
        ((names.get(hand, ""), hand.hue, words) for words, hand in runs),
    )
