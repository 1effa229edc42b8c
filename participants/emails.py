"""How a mail looks. Every mail is one template that extends participants/emails/base.html; its text is read from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from participants import plain

_inliner = css_inline.CSSInliner(
    keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False
)


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def absolute(path: str) -> str:
    """A mail is read far from any request, so its links start from the configured address."""
    return urljoin(settings.SITE_URL, path)


def render(
    template: str, context: Mapping[str, Any], language: str, *, neutral: bool = False
) -> Rendered:
    with translation.override(language):
        html = render_to_string(
            template,
            {
                "language": language,
                "direction": "rtl" if translation.get_language_bidi() else "ltr",
                "home_url": absolute("/"),
                "neutral": neutral,
                **context,
            },
        )
    subject, text = plain.read(html)
    return Rendered(subject=subject, text=text, html=_inliner.inline(html))
