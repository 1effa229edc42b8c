"""How long a draft of 260,000 edits takes to open, and to show as it was at any version.

    python bench/history.py [EDITS]

It lays the draft into a database of its own, in a temporary folder, and prints what it found. The edits have the shape of the
published automerge-perf trace: one letter each, most of them after the last one, some taken back, a jump now and then.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EDITS = int(sys.argv[1]) if len(sys.argv) > 1 else 260_000
SAMPLE = 60

sys.path.insert(0, str(ROOT))
os.environ["FLAMINGO_DATA_DIR"] = folder = tempfile.mkdtemp(prefix="flamingo-history-")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from scenarios.live import history, past, store, upkeep  # noqa: E402
from scenarios.live.changeset import ChangeSet  # noqa: E402
from scenarios.live.text import Text  # noqa: E402
from scenarios.live.verify import first_difference  # noqa: E402
from scenarios.models import Chapter, Draft, Edit, Snapshot  # noqa: E402
from tests.factories import make_scenario, make_seat, make_workshop  # noqa: E402

BROWSER = Client(SERVER_NAME="127.0.0.1")


def typed(chance: random.Random) -> Iterator[tuple[ChangeSet, Text]]:
    text, cursor = Text(), 0
    for _ in range(EDITS):
        if chance.random() < 0.01:
            cursor = chance.randrange(len(text) + 1)
        back = cursor > 0 and chance.random() < 0.3
        gone, put = (1, "") if back else (0, chance.choice("etaoin shrdlu"))
        cursor -= gone
        sections = [(cursor, None), (gone, put), (len(text) - cursor - gone, None)]
        changes = ChangeSet.of(sections)
        text.apply(changes)
        cursor += len(put)
        yield changes, text


def lay() -> Draft:
    workshop = make_workshop()
    seats = [make_seat(workshop).pk for _ in range(22)]
    draft = make_scenario(workshop).draft
    chance, began = random.Random(1992), timezone.now() - timedelta(days=60)
    rows, snapshots, snapped = [], [], 0
    for version, (changes, text) in enumerate(typed(chance), start=1):
        seat = seats[version // 97 % len(seats)]
        rows.append(
            Edit(
                draft=draft,
                version=version,
                seat_id=seat,
                client=f"client-{seat}",
                sequence=version,
                changes=changes.to_json(),
                at=began + timedelta(seconds=version),
            )
        )
        if version - snapped >= max(store.SNAPSHOT_EVERY, len(text) // 100):
            snapped = version
            snapshots.append(Snapshot(draft=draft, version=version, text=str(text)))
        if len(rows) == 5000 or version == EDITS:
            Edit.objects.bulk_create(rows)
            rows.clear()
            print(f"\r{version} of {EDITS} edits laid", end="", file=sys.stderr)
    Snapshot.objects.bulk_create(snapshots, batch_size=50)
    Draft.objects.filter(pk=draft.pk).update(version=EDITS)
    draft.refresh_from_db()
    print(file=sys.stderr)
    return draft


def milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def show(what: str, times: list[float]) -> None:
    times.sort()
    median, most = statistics.median(times), times[-1]
    print(f"{what:<44} {median:8.1f} {times[int(len(times) * 0.95)]:8.1f} {most:8.1f}")


def page(draft: Draft, version: int) -> None:
    """What the slider asks for, through the whole of Django."""
    scenario = draft.scenario
    there = reverse("scenarios:history", args=[scenario.workshop.slug, scenario.pk])
    reply = BROWSER.get(f"{there}?at={version}", headers={"HX-Request": "true"})
    assert reply.status_code == 200, reply.status_code


def size() -> float:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(file.stat().st_size for file in Path(folder).glob("*.sqlite3")) / 1e6


def measure(draft: Draft) -> None:
    chance = random.Random(7)
    versions = [chance.randrange(1, EDITS) for _ in range(SAMPLE)]
    print(
        f"\n{Edit.objects.count()} rows, {Chapter.objects.count()} chapters, {Snapshot.objects.count()} snapshots, {size():.0f} MB"
    )
    print(f"{'milliseconds of CPU':<44} {'median':>8} {'p95':>8} {'most':>8}")
    show(
        "open (text, and the last edits at hand)",
        [milliseconds(lambda: store.load(draft.pk)) for _ in range(10)],
    )
    show(
        "the text at any version",
        [milliseconds(lambda v=v: history.text_at(draft.pk, v)) for v in versions],
    )
    show(
        "who wrote what at any version",
        [milliseconds(lambda v=v: history.written_at(draft.pk, v)) for v in versions],
    )
    show("the page at any version", [milliseconds(lambda v=v: page(draft, v)) for v in versions])


def main() -> None:
    call_command("migrate", verbosity=0)
    draft = lay()
    BROWSER.force_login(draft.edits.first().seat.participant)
    print(
        f"whose words, told to the snapshots: {milliseconds(lambda: upkeep.remember_authors(draft)) / 1000:.1f} s"
    )
    measure(draft)
    print(f"\npacked: {milliseconds(lambda: upkeep.tend(draft)) / 1000:.1f} s")
    measure(draft)
    assert sum(1 for _ in past.log(draft.pk, 0, EDITS)) == EDITS
    print(
        f"\nverified: {milliseconds(lambda: print(first_difference(draft) or 'as the log says', end=', ')) / 1000:.1f} s"
    )


if __name__ == "__main__":
    main()
