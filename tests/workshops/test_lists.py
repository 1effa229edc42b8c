"""Lists of people: what is read out of a file, what becomes of each line, and what never reaches the post."""

import csv
import random
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse

from participants.models import Delivery, Participant, Refusal
from participants.unsubscribing import hash_address
from tests.factories import (
    make_constituency,
    make_invitation,
    make_person,
    make_seat,
    make_workshop,
)
from tests.workshops.conftest import SignIn
from workshops import lists, verdicts
from workshops.lists import Line
from workshops.models import AuditEntry, Invitation, Role, Seat, StageKind, Workshop

TEXT = (
    "Name;Language;E-mail;Side\r\nAna;ar;ana@example.org;Farmers\r\n\r\nBen;;ben@example.org;\r\n"
)
READ = [Line(2, "ana@example.org", "Farmers", "ar"), Line(4, "ben@example.org")]


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace(";", ",").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.replace("Ana", "Zoë").encode("latin-1"),
        b'"Side";"Email";"Language"\n"Farmers";" ana@example.org ";"ar"\n\n;ben@example.org',
    ],
)
def test_a_list_is_read_whatever_it_was_saved_as(raw: bytes) -> None:
    assert lists.read(lists.decode(raw)) == READ


def test_without_headings_the_address_is_where_the_at_is() -> None:
    assert lists.read("Ana,ana@example.org,Farmers\nben@example.org") == [
        Line(1, "ana@example.org"),
        Line(2, "ben@example.org"),
    ]


# What no mail may ever be made of; each is one line of a list.
TRICKS = [
    "a@b.org,c@d.org", "a@b,c@d", "a@b.org c@d.org", "a@b.org;c@d.org", "a@localhost", "a@b", "@b.org", "a@",
    "a@@b.org", "a@b@c.org", "Boss <a@b.org>", '"boss@bank.org" <a@b.org>', "<a@b.org>", "mailto:a@b.org",
    "a@b.org\u2028Bcc: c@d.org", "a@b.org\u2029", "\u202ea@b.org", "a\u200b@b.org", "a@b.org\0", "\0a@b.org",
    "a@b.org\x0bBcc:c@d.org", "a@b.org\x0c", "a@b.org\x1c", "a@b.org\x85c@d.org", "a\u00a0b@c.org", "a@b..org",
    ".a@b.org", "a.@b.org", "a..b@c.org", "a@-b.org", "a@b-.org", "a@b.org.", "a@.org", "a@[127.0.0.1]",
    "a@127.0.0.1", '"a b"@c.org', "a(b)@c.org", "a@b.org(c)", "a:b@c.org", "a\\@b.org", "\u0430na@b.org",
    "a@b\u0455.org", "a@b.o\u0280g", "a@b_c.org", "a@b.1", "x" * 250 + "@b.org", "a@" + "b" * 250 + ".org",
    "a@b.org%0aBcc:c@d.org", "a@b.org?bcc=c@d.org", "a@b.org/..", "a@b.org\tc@d.org", "undisclosed:a@b.org;",
    '"a@b.org\nBcc: c@d.org"', '"a@b.org\r\nBcc: c@d.org"', '"a@b.org\r"', '"a@b.org\n"', '"a@b.org', "nobody",
    "=cmd|' /C calc'!A0", "a@b.org\ufeff", "\ufffd@b.org", "\U0001f9a9@b.org",
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
def test_a_trick_is_no_address_and_the_honest_line_beside_it_is_read(trick: str) -> None:
    for text in (trick, f"email\n{trick}\n", f"ok@example.org\n{trick}"):
        plain = {line.address for line in lists.read(lists.decode(text.encode())) if line.plain}
        assert plain <= {"ok@example.org", "a@b.org"}
        assert "a@b.org" not in plain or trick in {'"a@b.org', "a@b.org\tc@d.org"} | UNPACKED


# A table's own quotes and dividers come off first; what stays is one honest address.
UNPACKED = {"a@b.org;c@d.org", "a@b.org,c@d.org", "undisclosed:a@b.org;"}


@pytest.mark.parametrize("seed", range(60))
def test_a_file_of_noise_is_read_or_refused_and_never_more(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [
        b"\xff\xfe",
        b"\xfe\xff",
        b"\0",
        b'"',
        b";",
        b",",
        b"\t",
        b"\r",
        b"\n",
        b"@",
        b"a@b.org",
        b"\xef\xbb\xbf",
    ]
    raw = b"".join(chance.choice([*pieces, bytes([chance.randrange(256)])]) for _each in range(300))

    try:
        found = lists.read(lists.decode(raw))
    except lists.Unreadable:
        return
    assert all(not set(line.address) & set(",;<>\r\n\0 ") for line in found if line.plain)


def test_a_list_has_an_end() -> None:
    with pytest.raises(lists.Unreadable, match="long"):
        lists.read("a@example.org\n" * 2001)
    with pytest.raises(lists.Unreadable, match="long"):
        lists.read("\n" * 5000)
    with pytest.raises(lists.Unreadable, match="broken"):
        lists.read('"' + "x" * 200_000)
    assert len(lists.read("a@example.org\n" * 2000)) == 2000


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "|x", "%0a"])
def test_no_cell_of_a_file_is_run_by_a_spreadsheet(cell: str) -> None:
    assert lists.write([(1, cell)]).splitlines()[0].startswith(f'\ufeff"1","\'{cell[0]}')


# --- on the page ---------------------------------------------------------------------------


@pytest.fixture
def workshop(db: None) -> Workshop:
    workshop = make_workshop(StageKind.CONVENING)
    make_constituency(workshop, name="Farmers")
    return workshop


@pytest.fixture
def facilitator(workshop: Workshop) -> Seat:
    return make_seat(workshop, Role.FACILITATOR)


def url(workshop: Workshop) -> str:
    return reverse("workshops:invite_list", args=[workshop.slug])


def posted(workshop: Workshop, text: str, **more: Any) -> dict[str, Any]:
    side = workshop.constituencies.get().pk
    return {"text": text, "role": Role.PARTICIPANT, "side": side, "language": "en"} | more


def empty(workshop: Workshop, state: str = Seat.State.PREPARED) -> Seat:
    side = workshop.constituencies.get()
    return make_seat(
        workshop, participant=None, pseudonym="", state=state, taken_at=None, constituency=side
    )


ALL = """email,side,language
new@example.org,,ar
NEW@example.org,,
known@example.org,farmers,
seated@example.org,,
offered@example.org,,
stop@example.org,,
quiet@example.org,,
a@b,,
fisher@example.org,Fishers,
last@example.org,,
"""


def test_each_line_gets_a_verdict_and_looking_changes_nothing(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_person("known@example.org")
    make_person("quiet@example.org", mail=Participant.Mail.NONE)
    make_seat(workshop, participant=make_person("seated@example.org"))
    make_invitation(empty(workshop, Seat.State.OFFERED), address="offered@example.org")
    Refusal.objects.create(stream="invitations", address_hash=hash_address("stop@example.org"))
    empty(workshop)
    client, before, to = as_seat(facilitator), Invitation.objects.count(), url(workshop)
    monkeypatch.setattr(verdicts, "MOST_SEATS", workshop.seats.count() + 1)

    page = client.post(to, {"file": BytesIO(ALL.encode("utf-16"))} | posted(workshop, ""))
    saved = client.post(to, posted(workshop, ALL, act="file"))

    assert Invitation.objects.count() == before
    assert page.status_code == 200
    assert "quiet@example.org" in page.content.decode()
    assert "attachment" in saved["Content-Disposition"]
    rows = list(csv.reader(saved.content.decode("utf-8-sig").splitlines()))
    new, twice, seated, none, opted_out, no_side, over = (
        str(verdicts.Verdict(which).label)
        for which in ("new", "twice", "seated", "no_address", "opted_out", "no_side", "over")
    )
    assert [said for _number, _address, said in rows] == [
        new,
        twice,
        new,
        seated,
        seated,
        opted_out,
        opted_out,
        none,
        no_side,
        over,
    ]


def test_the_act_invites_the_new_ones_once_and_known_and_unknown_people_alike(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    make_person("known@example.org")
    there = empty(workshop)
    client = as_seat(facilitator)
    text = "known@example.org\r\nnew@example.org\r\na@b,c@d\r\n"

    for _press in range(2):
        answer = client.post(url(workshop), posted(workshop, text, act="invite", neutral="on"))

    assert answer["Location"] == reverse("workshops:invited", args=[workshop.slug])
    facts: Any = Delivery.objects.order_by("pk").values_list(
        "address", "participant", "kind", "language"
    )
    assert list(facts) == [
        ("known@example.org", None, "invitation", "en"),
        ("new@example.org", None, "invitation", "en"),
    ]
    made = Invitation.objects.order_by("pk")
    assert [(one.neutral, one.state) for one in made] == [(True, Invitation.State.QUEUED)] * 2
    assert made[0].seat_id == there.pk
    assert workshop.seats.filter(state=Seat.State.OFFERED).count() == 2
    written = [entry.facts["what"] for entry in AuditEntry.objects.all()]
    assert sorted(written) == ["added", "offered", "offered"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": " \r\n ;; \r\n"},
        {"text": "a\x00@example.org"},
        {"text": "a@example.org\n" * 2001},
        {"text": '"' + "x" * 200_000},
        {"role": "king"},
        {"side": "9" * 30},
        {"language": "tlh"},
    ],
)
def test_a_list_that_cannot_be_gets_a_sentence(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, wrong: dict[str, str]
) -> None:
    answer = as_seat(facilitator).post(
        url(workshop), posted(workshop, "a@example.org", act="invite") | wrong
    )

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Invitation.objects.exists()
