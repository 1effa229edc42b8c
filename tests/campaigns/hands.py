"""Whoever lays the table, takes rights away and gives them back, and afterwards reads the rows: a process beside the servers.

`Hands` is its end in the campaign; `python -m tests.campaigns.hands` the process, which answers a line for each line.
"""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from tests.processes import ROOT

PATIENCE: Final = 90.0
"""Seconds for a database to come back."""


class Hands:
    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self._log: IO[bytes] = (folder / "hands.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.hands"],
            cwd=ROOT,
            env=env | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._turn = asyncio.Lock()

    async def ask(self, what: str, **fields: Any) -> Any:
        """Answered once it is done, however long the database is away."""
        async with self._turn:
            return await asyncio.shield(asyncio.to_thread(self._ask, {"do": what, **fields}))

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(Path(self._log.name).read_text()[-3000:])
        return json.loads(line)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()


# --- in the process itself ------------------------------------------------------------------


def main() -> None:
    import django

    django.setup()
    deeds: dict[str, Callable[..., Any]] = {
        "lay": lay,
        "unseat": unseat,
        "seat_again": seat_again,
        "close_stage": close_stage,
        "open_stage": open_stage,
        "freeze": freeze,
        "thaw": thaw,
        "versions": versions,
        "facts": facts,
    }
    for line in sys.stdin:
        fields = json.loads(line)
        answer = patiently(deeds[fields.pop("do")], fields)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def patiently(deed: Callable[..., Any], fields: dict[str, Any]) -> Any:
    from django.db import InterfaceError, OperationalError, connection

    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return deed(**fields)
        except (OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.1)


def lay(drafts: int, writers: int) -> dict[str, Any]:
    """A workshop at its drafting stage, with drafts, and for each its writers, signed in."""
    from django.db import transaction

    from tests.factories import make_person, make_scenario, make_seat, make_workshop
    from workshops.models import Role

    with transaction.atomic():
        workshop = make_workshop()
        for role in (Role.FACILITATOR, Role.MODERATOR):
            make_seat(workshop, role, participant=make_person(email=None))
        laid: dict[str, Any] = {"workshop": workshop.pk, "drafts": []}
        for _ in range(drafts):
            draft = make_scenario(workshop).draft
            seats = [
                make_seat(workshop, participant=make_person(email=None)) for _ in range(writers)
            ]
            laid["drafts"].append(
                {
                    "draft": draft.pk,
                    "path": f"/ws/drafts/{draft.pk}/",
                    "seats": [{"seat": seat.pk, "cookie": cookie(seat)} for seat in seats],
                }
            )
    return laid


def cookie(seat: Any) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(seat.participant.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = seat.participant.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def versions(workshop: int) -> dict[str, int]:
    """Of each draft, when all that was being stored is stored: whatever comes later began later."""
    from django.db import transaction

    from scenarios.models import Draft

    with transaction.atomic():
        rows = Draft.objects.select_for_update().filter(scenario__workshop=workshop)
        return {str(draft.pk): draft.version for draft in rows.order_by("pk")}


def _now(workshop: int) -> dict[str, int]:
    from scenarios.models import Draft

    rows = Draft.objects.filter(scenario__workshop=workshop).values_list("pk", "version")
    return {str(draft): version for draft, version in rows}


def _facilitator(workshop: int) -> Any:
    from workshops.models import Role, Seat

    return Seat.objects.select_related("workshop").get(workshop=workshop, role=Role.FACILITATOR)


def unseat(workshop: int, seat: int) -> dict[str, int]:
    from workshops.actions import seats
    from workshops.models import Seat

    leaving = Seat.objects.get(pk=seat)
    if leaving.state == Seat.State.TAKEN:
        _people[seat] = leaving.participant_id
        seats.remove(leaving, by=_facilitator(workshop))
    return versions(workshop)


_people: dict[int, int | None] = {}


def seat_again(workshop: int, seat: int) -> dict[str, int]:
    """No action does this: a removed seat stays empty. Here it is the same row, so that the log names one seat."""
    from django.db import transaction

    from workshops import events
    from workshops.models import Seat

    before = _now(workshop)
    with transaction.atomic():
        back = Seat.objects.get(pk=seat)
        back.participant_id, back.state, back.left_at = _people[seat], Seat.State.TAKEN, None
        back.save()
        events.announce(workshop, events.AccessChanged(seat=seat))
    return before


def close_stage(workshop: int) -> dict[str, int]:
    from workshops.actions import stages
    from workshops.permissions import open_stage as opened

    facilitator = _facilitator(workshop)
    now_open = opened(facilitator.workshop)
    if now_open is not None:
        stages.close(seen=now_open.pk, by=facilitator)
    return versions(workshop)


def open_stage(workshop: int) -> dict[str, int]:
    from workshops.actions import stages
    from workshops.models import Stage

    before = _now(workshop)
    stage = Stage.objects.get(workshop=workshop)
    if stage.state != Stage.State.OPEN:
        stages.reopen(stage_id=stage.pk, because="It goes on.", by=_facilitator(workshop))
    return before


def freeze(workshop: int, draft: int) -> dict[str, int]:
    from scenarios.models import Draft

    Draft.objects.filter(pk=draft).update(frozen=True)
    return versions(workshop)


def thaw(workshop: int, draft: int) -> dict[str, int]:
    from scenarios.models import Draft

    before = _now(workshop)
    Draft.objects.filter(pk=draft).update(frozen=False)
    return before


def facts(workshop: int, into: str) -> dict[str, Any]:
    """Everything the rows say of these drafts, written to a file; the export is the report once all were handed in."""
    from scenarios.live import past
    from scenarios.live.history import text_of
    from scenarios.live.verify import first_difference
    from scenarios.models import Draft, Snapshot
    from scenarios.report import as_markdown, report_of
    from workshops.models import Workshop

    found: dict[str, Any] = {"drafts": {}}
    for draft in Draft.objects.filter(scenario__workshop=workshop):
        snapshots = Snapshot.objects.filter(draft=draft).values_list("version", "text")
        found["drafts"][str(draft.pk)] = {
            "version": draft.version,
            "text": text_of(draft),
            "log": [[*edit[:4], edit.changes] for edit in past.log(draft.pk, 0, draft.version + 10_000)],
            "snapshots": [list(row) for row in snapshots],
        }  # fmt: skip
        hand_in(draft, workshop)
        found["drafts"][str(draft.pk)]["difference"] = first_difference(draft)
    found["export"] = as_markdown(report_of(Workshop.objects.get(pk=workshop)))
    Path(into).write_text(json.dumps(found))
    return {}


def hand_in(draft: Any, workshop: int) -> None:
    from scenarios.actions import revisions
    from workshops import moderation
    from workshops.models import Decision, Role, Seat

    if not draft.version:
        return
    moderator = Seat.objects.get(workshop=workshop, role=Role.MODERATOR)
    revision = revisions.submit(
        draft.scenario,
        version=draft.version,
        summary="",
        client_key=uuid.uuid4(),
        by=_facilitator(workshop),
    )
    moderation.decide(
        revision, version=revision.version, action=Decision.Action.PUBLISH, by=moderator
    )


if __name__ == "__main__":
    main()
