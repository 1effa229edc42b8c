"""The stories of the demonstration workshop: every edit, every revision, every decision about one."""

from typing import Any

from scenarios.demo.contributions import decide, put_in
from scenarios.demo.history import Burst, replay, stories
from scenarios.demo.room import Room
from scenarios.models import Draft, Edit, Revision, Scenario, Snapshot
from workshops.models import Activity, Contribution


def write_drafts(room: Room) -> None:
    for slug, story in stories().items():
        bursts = list(replay(story, room.now))
        draft = _write(room, room.scenarios[slug], bursts)
        for handed_in in story.get("revisions", []):
            _hand_in(room, draft, handed_in, bursts)


def _write(room: Room, scenario: Scenario, bursts: list[Burst]) -> Draft:
    draft = Draft.objects.create(scenario=scenario, version=len(bursts))
    Draft.objects.filter(pk=draft.pk).update(updated_at=bursts[-1].when)
    Edit.objects.bulk_create(
        Edit(
            draft=draft,
            version=version,
            seat=room.seats[burst.seat],
            client=burst.client,
            sequence=burst.sequence,
            changes=burst.changes(),
            at=burst.when,
        )
        for version, burst in enumerate(bursts, start=1)
    )
    Snapshot.objects.create(draft=draft, version=draft.version, text=bursts[-1].text)
    # One line of news a day for each hand in each story.
    days = {(burst.seat, burst.when.date()): burst for burst in bursts}
    for burst in days.values():
        seat = room.seats[burst.seat]
        room.tell(Activity.Verb.DRAFTED, seat, burst.when, scenario=scenario.pk)
    return draft


def _hand_in(room: Room, draft: Draft, said: dict[str, Any], bursts: list[Burst]) -> None:
    at = room.at(said["when"])
    version = sum(burst.when <= at for burst in bursts)
    revision = put_in(
        room,
        Revision,
        Contribution.Kind.REVISION,
        said["seat"],
        at,
        state=Contribution.State.HELD,
        draft=draft,
        draft_version=version,
        text=bursts[version - 1].text,
        summary=said["note"],
    )
    if "decision" in said:
        decide(room, revision, said["decision"])
