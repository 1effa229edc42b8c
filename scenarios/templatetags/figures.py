"""Figures as short as they are exact."""

from django import template

register = template.Library()


@register.filter
def figure(value: float) -> str:
    """8.5 rather than 8.50, 8 rather than 8.0."""
    return f"{value:g}"
