"""Load the demonstration: a workshop in the middle of its drafting, and beside it one that weighs its consent.

Rows are written straight, not through actions: what happened here lies up to eleven weeks back, and actions
happen now, ask what is open now, and send mail. Two invitations are acts of today and go through theirs.
"""

import tomllib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from scenarios.demo.contributions import put_in_assumptions, put_in_glossary, put_in_seeds
from scenarios.demo.convening import arrange_groups, convene, lay_out_branching
from scenarios.demo.drafting import comment_on_drafts, write_drafts
from scenarios.demo.forces import (
    give_dots,
    mark_contradictions,
    put_in_evidence,
    put_in_forces,
)
from scenarios.demo.history import HERE
from scenarios.demo.meetings import hold_sessions
from scenarios.demo.room import Room
from scenarios.demo.valley import find_valley, load_valley
from workshops.models import Workshop
from workshops.models.workshop import slug_for

KEY = UUID("6d6f6e74-666c-4575-8200-000000001992")


def find_demo() -> Workshop | None:
    return Workshop.objects.filter(client_key=KEY).first()


def load_demo() -> Workshop:
    """The workshop in which a visitor arrives; both are loaded now, unless they are there already."""
    now = timezone.now()
    try:
        with transaction.atomic():
            first = find_demo() or _load(now)
            if find_valley() is None:
                load_valley(first, read("valley"), now)
            return first
    except IntegrityError:  # another process loaded it at the same moment
        return Workshop.objects.get(client_key=KEY)


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def _load(now: datetime) -> Workshop:
    data = read("workshop")
    room = Room(_open_workshop(data, now), now)
    convene(room, data)
    lay_out_branching(room, data["branching"])
    put_in_assumptions(room, read("assumptions")["assumptions"])
    put_in_evidence(room, read("evidence")["evidence"])
    put_in_forces(room, read("forces")["forces"])
    put_in_glossary(room, read("glossary")["terms"])
    put_in_seeds(room, read("seeds")["seeds"])
    give_dots(room)
    write_drafts(room)
    mark_contradictions(room, read("forces")["contradictions"])
    comment_on_drafts(room, read("comments")["comments"])
    hold_sessions(room, read("sessions")["sessions"])
    groups = dict(data["groups"])
    arrange_groups(room, groups, at=room.at(groups.pop("arranged")))
    room.date_back()
    room.publish_news()
    return room.workshop


def _open_workshop(data: dict[str, Any], now: datetime) -> Workshop:
    workshop = Workshop.objects.create(
        client_key=KEY,
        slug=slug_for(data["title"]),
        state=Workshop.State.RUNNING,
        visibility=Workshop.Visibility.PUBLIC,
        introduction=data["introduction"].strip(),
        **{name: data[name] for name in ("title", "focal_question", "base_year", "horizon_year")},
    )
    Workshop.objects.filter(pk=workshop.pk).update(created_at=now - timedelta(days=76))
    return workshop
