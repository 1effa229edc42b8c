"""`{{ text|markup }}`: see workshops/markup.py."""

from django import template
from django.utils.safestring import SafeString

from workshops.markup import render

register = template.Library()


@register.filter
def markup(text: str, top: int = 2) -> SafeString:
    """`{{ text|markup:3 }}`: the highest heading becomes an h3."""
    return render(text, top)
