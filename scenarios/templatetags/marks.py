"""The signs of Markdown where a text is shown as it was typed."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_heading = re.compile(r"(?m)^(#{1,6} )(.+)$")


@register.filter
def marks(text: str) -> SafeString:
    """Let a heading be seen as one, and step its sign back."""
    drawn = _heading.sub(r'<span class="soft">\1</span><b>\2</b>', escape(text))
    return mark_safe(drawn)  # noqa: S308 - escaped above, and then only our own tags
