"""A workshop at its drafting stage, with a draft and those around it, each signed in.

`python -m tests.scenarios.live.table` lays one in the database the environment names, and prints what a page needs.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings


@dataclass
class Table:
    workshop: Any
    draft: Any
    heron: Any
    plover: Any
    facilitator: Any
    moderator: Any
    observer: Any
    stranger: Any  # sits in another workshop
    sessions: dict[int, str]

    def cookie(self, seat: Any) -> str:
        return f"{settings.SESSION_COOKIE_NAME}={self.sessions[seat.pk]}"


def lay_table() -> Table:
    from tests.factories import make_person, make_scenario, make_seat, make_workshop
    from workshops.models import Role

    workshop = make_workshop()
    draft = make_scenario(workshop).draft

    def seat(role: str = Role.PARTICIPANT, **facts: Any) -> Any:
        return make_seat(workshop, role, participant=make_person(email=None), **facts)

    seats: dict[str, Any] = {
        "heron": seat(pseudonym="Heron"),
        "plover": seat(pseudonym="Plover"),
        "facilitator": seat(Role.FACILITATOR),
        "moderator": seat(Role.MODERATOR),
        "observer": seat(Role.OBSERVER),
        "stranger": make_seat(make_workshop(), participant=make_person(email=None)),
    }
    sessions = {seat.pk: sign_in(seat) for seat in seats.values()}
    return Table(workshop, draft, sessions=sessions, **seats)


def sign_in(seat: Any) -> str:
    from django.test import Client

    browser = Client()
    browser.force_login(seat.participant)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


if __name__ == "__main__":
    import django

    django.setup()
    laid = lay_table()
    cookies = {
        name: laid.cookie(getattr(laid, name))
        for name in ("heron", "plover", "facilitator", "moderator")
    }
    print(json.dumps({"path": f"/ws/drafts/{laid.draft.pk}/", "cookies": cookies}))  # noqa: T201
