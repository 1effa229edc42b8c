"""What a writer reads when words were not taken. Where rights say no, permissions.py has the sentence."""

from django.utils.translation import gettext as _

from scenarios.live.protocol import Why


def sentence(why: Why) -> str:
    return {
        Why.FROZEN: _(
            "This draft is frozen, so that it can be reviewed. Nothing can be changed now."
        ),
        Why.TOO_LARGE: _("The draft is full: it can hold a million characters."),
        Why.MALFORMED: _(
            "The page and the server no longer agree. Copy your words and load the page again."
        ),
    }.get(why, "")
