"""Who gets what at every address: one row a route. A route without a row fails.

Columns are visitor, stranger, observer, participant, moderator, facilitator. A visitor is sent to sign in (302);
to a stranger a workshop is not there (404); a member without the right is told so (403). POSTs are empty, so where
somebody may act, the answer is a sentence about what is missing (422) or the way back (302).
"""

import json
import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from config.asgi import application
from scenarios.live.posted import Saved, save_text
from scenarios.models import Clash, Comment, ConsentItem, Merge, MergeVoice, Question, Seed
from scenarios.routing import websocket_urlpatterns
from tests.factories import (
    make_assumption,
    make_dispute,
    make_evidence,
    make_force,
    make_person,
    make_revision,
    make_scenario,
    make_seat,
    make_session,
    make_workshop,
)
from tests.scenarios.live.conftest import Doors, doors, empty_hall, rows, table  # noqa: F401 (fixtures)
from tests.scenarios.live.table import Table
from tests.workshops.test_session_socket import door, told
from workshops.models import Appeal, Contribution, Decision, Role, Seat, Workshop

PEOPLE = ("visitor", "stranger", "observer", "participant", "moderator", "facilitator")


@dataclass(frozen=True)
class Row:
    """Statuses for the six, in their order; one number stands for all."""

    get: str
    post: str = "405"

    embedded_only: bool = False

    def expected(self, method: str) -> dict[str, int]:
        if self.embedded_only and not settings.EMBEDDED:
            return dict.fromkeys(PEOPLE, 404)
        numbers = [int(number) for number in getattr(self, method).split()]
        return dict(zip(PEOPLE, numbers * 6 if len(numbers) == 1 else numbers, strict=True))


ROWS: dict[str, Row] = {
    "account_change_password": Row("302", "302"),
    "account_complete_password_reset": Row("302", "302"),
    "account_confirm_login_code": Row("302", "302"),
    "account_confirm_password_reset_code": Row("302", "302"),
    "account_email": Row("302 200 200 200 200 200", "302"),
    "account_email_verification_sent": Row("302", "302"),
    "account_inactive": Row("200"),
    "account_login": Row("200 302 302 302 302 302", "200 302 302 302 302 302"),
    "account_logout": Row("302 200 200 200 200 200", "302"),
    "account_password_reset_completed": Row("200"),
    "account_reauthenticate": Row("302 403 403 403 403 403", "302 403 403 403 403 403"),
    "account_request_login_code": Row("200 302 302 302 302 302", "200 302 302 302 302 302"),
    "account_reset_password": Row("200", "200"),
    "account_set_password": Row("302 200 200 200 200 200", "302 200 200 200 200 200"),
    "account_signup": Row("200 302 302 302 302 302", "200 302 302 302 302 302"),
    "demo:load": Row("405", "302", embedded_only=True),
    "demo:sign_in": Row("405", "400", embedded_only=True),
    "healthz": Row("503"),
    "home": Row("200"),
    "mfa_activate_totp": Row("302 200 200 200 200 200", "302 200 200 200 200 200"),
    "mfa_add_webauthn": Row("302 200 200 200 200 200", "302 200 200 200 200 200"),
    "mfa_authenticate": Row("302", "302"),
    "mfa_deactivate_totp": Row("302 404 404 404 404 404", "302 404 404 404 404 404"),
    "mfa_download_recovery_codes": Row("302 404 404 404 404 404", "302 404 404 404 404 404"),
    "mfa_edit_webauthn": Row("302 404 404 404 404 404", "302 404 404 404 404 404"),
    "mfa_generate_recovery_codes": Row("302 200 200 200 200 200", "302 200 200 200 200 200"),
    "mfa_index": Row("302 200 200 200 200 200", "302 405 405 405 405 405"),
    "mfa_list_webauthn": Row("302 200 200 200 200 200", "302 405 405 405 405 405"),
    "mfa_login_webauthn": Row("302", "302"),
    "mfa_reauthenticate": Row("302 403 403 403 403 403", "302 403 403 403 403 403"),
    "mfa_reauthenticate_webauthn": Row("302 403 403 403 403 403", "302 403 403 403 403 403"),
    "mfa_remove_webauthn": Row("302 404 404 404 404 404", "302 404 404 404 404 404"),
    "mfa_view_recovery_codes": Row("302 404 404 404 404 404", "302 405 405 405 405 405"),
    "participants:outbox": Row("200", embedded_only=True),
    "participants:outbox_html": Row("404", embedded_only=True),
    "participants:outbox_mail": Row("404", embedded_only=True),
    "participants:return": Row("200 302 302 302 302 302", "422 302 302 302 302 302"),
    "participants:return_code": Row("302 405 405 405 405 405", "302 200 200 200 200 200"),
    "participants:settings": Row("302 200 200 200 200 200", "302 422 422 422 422 422"),
    "participants:unsubscribe": Row("404", "404"),
    "scenarios:add": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "scenarios:answer": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:assumption": Row("302 404 404 200 200 200", "302 404 404 422 403 403"),
    "scenarios:assumptions": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:board": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:bring_back": Row("302 405 405 405 405 405", "302 404 403 422 403 422"),
    "scenarios:challenge": Row("302 404 403 200 200 200", "302 404 403 403 403 403"),
    "scenarios:challenges": Row("302 404 403 200 200 200", "302 405 405 405 405 405"),
    "scenarios:comment": Row("302 404 403 302 302 302", "302 404 403 422 403 422"),
    "scenarios:comments": Row("302 404 403 200 200 200", "302 404 403 422 403 422"),
    "scenarios:consent": Row("302 404 200 200 200 200", "302 404 403 403 403 403"),
    "scenarios:consent_item": Row("302 404 404 200 200 200", "302 404 404 403 403 403"),
    "scenarios:dot": Row("302 405 405 405 405 405", "302 404 403 403 403 403"),
    "scenarios:dots": Row("302 405 405 405 405 405", "302 404 403 403 403 403"),
    "scenarios:draft": Row("302 404 403 200 200 200", "302 404 403 422 403 422"),
    "scenarios:edit": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "scenarios:groups": Row("302 404 403 200 200 200", "302 404 403 403 403 302"),
    "scenarios:history": Row("302 404 403 200 200 200", "302 405 405 405 405 405"),
    "scenarios:logic": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "scenarios:positions": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:propose": Row("302 404 403 200 403 403", "302 404 403 422 403 403"),
    "scenarios:react": Row("302 405 405 405 405 405", "302 404 403 422 403 422"),
    "scenarios:release": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:report": Row("404 404 200 200 200 200"),
    "scenarios:report_json": Row("404 404 404 200 200 200"),
    "scenarios:report_markdown": Row("404 404 404 200 200 200"),
    "scenarios:respond": Row("302 405 405 405 405 405", "302 404 403 422 403 403"),
    "scenarios:revision": Row("302 404 404 200 200 200", "302 405 405 405 405 405"),
    "scenarios:scenario": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:seed": Row("302 404 200 200 200 200", "302 404 403 403 403 422"),
    "scenarios:seeds": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:settle": Row("302 405 405 405 405 405", "302 404 403 422 403 422"),
    "scenarios:sort": Row("302 405 405 405 405 405", "302 404 403 403 403 403"),
    "scenarios:sow": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:submit": Row("302 404 403 200 403 200", "302 404 403 422 403 422"),
    "scenarios:take_back": Row("302 405 405 405 405 405", "302 404 403 422 403 422"),
    "scenarios:timeline": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:version": Row("302 404 403 200 200 200", "302 405 405 405 405 405"),
    "scenarios:withdraw": Row("302 404 403 200 403 403", "302 404 403 302 403 403"),
    "scenarios:evidence": Row("302 404 404 200 302 302", "302 404 404 422 403 403"),
    "scenarios:flag": Row("302 404 403 404 403 404", "302 404 403 404 403 404"),
    "scenarios:force": Row("302 404 404 200 302 302", "302 404 404 403 403 403"),
    "scenarios:force_steps": Row("302 405 405 405 405 405", "302 404 403 403 403 403"),
    "scenarios:forces": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:logic_versions": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:look": Row("302 405 405 405 405 405", "302 404 403 403 403 403"),
    "scenarios:merge": Row("302 404 404 200 404 404", "302 404 404 403 404 404"),
    "scenarios:propose_force": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:propose_merge": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:put_in_evidence": Row("302 404 403 200 403 403", "302 404 403 422 403 403"),
    "scenarios:ranking": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "scenarios:ranking_result": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:situation": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "scenarios:watch": Row("302 404 403 403 200 403", "302 404 403 403 422 403"),
    "scenarios:withdraw_clash": Row("302 405 405 405 405 405", "302 404 403 302 403 404"),
    "scenarios:withdraw_force": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "workshops:dispute": Row("302 404 200 200 200 200", "302 404 403 302 403 403"),
    "workshops:new_dispute": Row("302 404 403 404 403 403", "302 404 403 404 403 403"),
    "set_language": Row("405", "302"),
    "workshops:add_seats": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:add_side": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:begin": Row("405", "404"),
    "workshops:card": Row("302 404 403 403 403 404", "302 405 405 405 405 405"),
    "workshops:change_role": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:decision": Row("302 404 403 403 200 403", "302 404 403 403 422 403"),
    "workshops:decisions": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:decline": Row("405", "404"),
    "workshops:digest": Row("302 404 200 200 200 200", "302 404 422 422 422 422"),
    "workshops:glossary": Row("302 404 200 200 200 200", "302 404 403 422 403 403"),
    "workshops:ground_rules": Row("302 404 200 200 200 200", "302 404 422 422 422 422"),
    "workshops:invitation": Row("404", "404"),
    "workshops:invitations": Row("200", "422"),
    "workshops:invite_list": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "workshops:invited": Row("302 404 403 403 403 200", "302 405 405 405 405 405"),
    "workshops:invited_step": Row("302 404 403 403 403 422", "302 404 403 403 403 422"),
    "workshops:leave": Row("302 404 200 200 200 200", "302 404 302 302 302 409"),
    "workshops:make_code": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:moderation": Row("302 404 403 403 200 403", "302 405 405 405 405 405"),
    "workshops:move_stage": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:new": Row("302 200 200 200 200 200", "302 422 422 422 422 422"),
    "workshops:new_method": Row("302", "302"),
    "workshops:new_people": Row("302", "302"),
    "workshops:page": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:remove_seat": Row("302 404 403 403 403 200", "302 404 403 403 403 302"),
    "workshops:reopen_stage": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:revoke": Row("302 405 405 405 405 405", "302 404 403 403 403 409"),
    "workshops:seat": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "workshops:seats": Row("302 404 403 403 403 200", "302 405 405 405 405 405"),
    "workshops:setup": Row("302 404 403 403 403 403", "302 404 403 403 403 403"),
    "workshops:new_stages": Row("302", "302"),
    "workshops:arrange_stages": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:sessions": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:new_session": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "workshops:session": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:session_act": Row("302 405 405 405 405 405", "302 404 403 422 422 422"),
    "workshops:session_notes": Row("302 404 403 200 200 200", "302 404 403 422 422 422"),
    "workshops:cockpit": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "workshops:edit_session": Row("302 404 403 403 403 200", "302 404 403 403 403 422"),
    "workshops:call_off_session": Row("302 404 403 403 403 200", "302 404 403 403 403 302"),
    "workshops:session_calendar": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:stage": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:stage_closing": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:appeal": Row("302 404 404 200 404 404", "302 404 404 422 404 404"),
    "workshops:answer_appeal": Row("302 405 405 405 405 405", "302 404 403 403 422 403"),
    "workshops:flag": Row("302 404 404 404 404 404", "302 404 404 404 404 404"),
    "workshops:stage_moderation": Row("302 405 405 405 405 405", "302 404 403 403 403 422"),
    "workshops:stages": Row("302 404 200 200 200 200", "302 405 405 405 405 405"),
    "workshops:without_address": Row("405", "404"),
}


@dataclass(frozen=True)
class World:
    """One workshop in drafting, with one of everything, and the six who look at it."""

    workshop: Workshop
    seats: dict[str, Seat]
    stranger: Any
    kwargs: dict[str, Any]

    def client(self, person: str) -> Client:
        client = Client(raise_request_exception=False)
        if person == "stranger":
            client.force_login(self.stranger)
        elif person != "visitor":
            participant = self.seats[person].participant
            assert participant is not None
            client.force_login(participant)
        return client

    def url(self, name: str) -> str:
        return reverse(name, kwargs={key: self.kwargs[key] for key in parameters(name)})


@pytest.fixture
def world(db: None) -> World:
    workshop = make_workshop()
    roles = (Role.OBSERVER, Role.PARTICIPANT, Role.MODERATOR, Role.FACILITATOR)
    seats = {str(role): make_seat(workshop, role) for role in roles}
    scenario = make_scenario(workshop)
    held = make_assumption(seats["participant"], state=Contribution.State.HELD)
    offered = make_seat(
        workshop, participant=None, pseudonym="", state=Seat.State.OFFERED, taken_at=None
    )
    seed = Seed.objects.create(
        seat=seats["participant"],
        client_key=uuid.uuid4(),
        kind=Contribution.Kind.SEED,
        title="A dry spring",
        text="It could not rain.",
    )
    force = make_force(seats["participant"])
    merge = Merge.objects.create(into=force, seat=seats["facilitator"])
    MergeVoice.objects.create(merge=merge, force=force)
    draft = scenario.draft
    words = {"base_version": 0, "text": "It could rain.", "client_key": uuid.uuid4()}
    assert save_text(draft, **words, by=seats["participant"]) == Saved(1)  # type: ignore[arg-type]
    comment = Comment.objects.create(
        seat=seats["participant"],
        client_key=uuid.uuid4(),
        kind=Contribution.Kind.COMMENT,
        draft=draft,
        text="Where?",
    )
    returned = Decision.objects.create(
        contribution=make_assumption(
            seats["participant"], state=Contribution.State.RETURNED, version=2
        ),
        version=1,
        moderator=seats["moderator"],
        action=Decision.Action.RETURN,
    )
    appeal = Appeal.objects.create(decision=returned, words="Please.", due_at=timezone.now())
    kwargs = {
        "slug": workshop.slug,
        "decision_id": returned.pk,
        "appeal_id": appeal.pk,
        "comment_id": comment.pk,
        "contribution_id": held.pk,
        "assumption_id": make_assumption(seats["participant"]).pk,
        "scenario_id": scenario.pk,
        "version": 1,
        "revision_id": make_revision(seats["participant"], scenario).pk,
        "seat_id": offered.pk,
        "mail_id": 1,
        "seed_id": seed.pk,
        "kind": "drafting",
        "question_id": Question.objects.create(
            seat=seats["participant"],
            client_key=uuid.uuid4(),
            kind=Contribution.Kind.QUESTION,
            scenario=scenario,
            text="Who drills?",
        ).pk,
        "session_id": make_session(workshop, starts_at=timezone.now()).pk,
        "item_id": ConsentItem.objects.create(workshop=workshop, scenario=scenario).pk,
        "evidence_id": make_evidence(seats["participant"]).pk,
        "force_id": force.pk,
        "clash_id": Clash.objects.create(
            seat=seats["participant"],
            kind=Contribution.Kind.CLASH,
            client_key=uuid.uuid4(),
            scenario=scenario,
            year=2030,
            against=held,
            reason="It could not.",
        ).pk,
        "merge_id": merge.pk,
        "dispute_id": make_dispute(seats["participant"], held).pk,
        "pk": 1,
        "token": "0000-0000-0000-0000",
        "draft_id": draft.pk,
    }
    return World(workshop, seats, make_person(), kwargs)


def routes() -> Iterator[tuple[str, list[str]]]:
    def walk(
        resolver: URLResolver, space: str, before: list[str]
    ) -> Iterator[tuple[str, list[str]]]:
        for entry in resolver.url_patterns:
            found = [*before, *entry.pattern.converters]
            if isinstance(entry, URLResolver):
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                yield from walk(entry, inner, found)
            else:
                yield f"{space}{entry.name}", found

    yield from walk(get_resolver(), "", [])


def parameters(name: str) -> list[str]:
    return dict(routes())[name]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(ROWS) == sorted(name for name, _parameters in routes())


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_gets_what_the_rows_say(person: str, method: str, world: World) -> None:
    client, found = world.client(person), {}
    signed_in = deepcopy(client.cookies)
    for name in ROWS:
        before = transaction.savepoint()
        found[name] = getattr(client, method)(world.url(name)).status_code
        transaction.savepoint_rollback(before)
        client.cookies = deepcopy(signed_in)

    assert found == {name: row.expected(method)[person] for name, row in ROWS.items()}


def test_not_yours_and_not_there_are_the_same_page(world: World) -> None:
    rows = {name: row.expected("get")["stranger"] for name, row in ROWS.items()}
    names = [name for name in rows if rows[name] == 404 and "slug" in parameters(name)]
    client = world.client("stranger")
    not_yours = {name: client.get(world.url(name)) for name in names}
    nothing = {
        key: 10**9 if isinstance(value, int) else value for key, value in world.kwargs.items()
    }
    world.kwargs.update(nothing, slug="nothing-here-aaaaaaaaaa")

    not_there = {name: client.get(world.url(name)) for name in names}

    assert {name: page.status_code for name, page in not_there.items()} == dict.fromkeys(names, 404)
    for name in names:
        assert not_yours[name].content == not_there[name].content, name


# --- sockets --------------------------------------------------------------------------------

# What each is told first, once they said hello: a close code, or what they may do.
SOCKETS: dict[str, str] = {
    "ws/sessions/<int:session_id>/": "4401 4404 now now now now",
    "ws/drafts/<int:draft_id>/": "4401 4404 4403 write read write",
    "": "refused",
}


def test_every_socket_route_has_a_row() -> None:
    assert list(SOCKETS) == [str(route.pattern) for route in websocket_urlpatterns]


async def test_each_person_at_a_drafts_socket_gets_what_the_row_says(
    table: Table, doors: Doors
) -> None:
    seats = dict(zip(PEOPLE[1:], _in_order(table), strict=True))
    found = {person: await _told(doors, seats.get(person)) for person in PEOPLE}

    numbers = SOCKETS["ws/drafts/<int:draft_id>/"].split()
    assert found == dict(zip(PEOPLE, numbers, strict=True))


async def test_each_person_at_a_sessions_socket_gets_what_the_row_says(
    table: Table,
) -> None:
    session = await rows(lambda: make_session(table.workshop, starts_at=timezone.now()))
    seats = dict(zip(PEOPLE[1:], _in_order(table), strict=True))
    found = {}
    for person in PEOPLE:
        socket = door(table, session.pk, seats.get(person))
        assert (await socket.connect())[0]
        said = await told(socket)
        found[person] = said["t"] if isinstance(said, dict) else str(said)
        await socket.disconnect()
    nowhere = door(table, 10**9, table.stranger)
    await nowhere.connect()

    numbers = SOCKETS["ws/sessions/<int:session_id>/"].split()
    assert found == dict(zip(PEOPLE, numbers, strict=True))
    assert await told(nowhere, None) == 4404


async def test_each_person_gets_the_same_where_no_socket_comes_through(
    table: Table, doors: Doors
) -> None:
    seats = dict(zip(PEOPLE[1:], _in_order(table), strict=True))
    found = {person: await _told_by_post(doors, seats.get(person)) for person in PEOPLE}

    numbers = SOCKETS["ws/drafts/<int:draft_id>/"].split()
    assert found == dict(zip(PEOPLE, numbers, strict=True))
    assert (await doors.post(table.heron, {"hello": ""}, path="/ws/anything/else/"))[0] == 403


async def test_not_yours_and_not_there_close_with_the_same_code(table: Table, doors: Doors) -> None:
    not_there = [await doors.refused(seat, 10**9) for seat in _in_order(table)]

    assert {*not_there, await doors.refused(table.stranger)} == {4404}


async def test_a_socket_anywhere_else_is_not_opened() -> None:
    here = [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1")]
    socket = WebsocketCommunicator(application, "/ws/anything/else/", headers=here)

    assert (await socket.connect())[0] is False


def _in_order(table: Table) -> list[Seat]:
    return [table.stranger, table.observer, table.heron, table.moderator, table.facilitator]


async def _told(doors: Doors, seat: Seat | None) -> str:
    socket = doors.socket(seat)
    assert (await socket.connect())[0]
    await socket.send_to(text_data=json.dumps({"t": "hello", "client": "a" * 16, "v": None}))
    message = await socket.receive_output(timeout=5)
    if message["type"] == "websocket.close":
        return str(message["code"])
    await socket.disconnect()
    return str(json.loads(message["text"])["may"])


async def _told_by_post(doors: Doors, seat: Seat | None) -> str:
    hello = json.dumps({"t": "hello", "client": "a" * 16, "v": None})
    status, answer = await doors.post(seat, {"hello": hello})
    if status != 200:
        assert answer["code"] == status + 4000
        return str(answer["code"])
    return str(answer["frames"][0]["may"])
