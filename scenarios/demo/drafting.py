"""The stories of the demonstration workshop: every edit, every revision, every decision about one."""

from datetime import timedelta
from typing import Any

from scenarios.demo.contributions import decide, put_in
from scenarios.demo.history import Burst, replay, stories
from scenarios.demo.room import Room
from scenarios.live.anchors import find
from scenarios.live.changeset import units
from scenarios.models import (
    Anchor,
    Comment,
    Draft,
    Edit,
    Reaction,
    Revision,
    Scenario,
    Snapshot,
)
from workshops.models import Activity, Contribution


def write_drafts(room: Room) -> None:
    for slug, story in stories().items():
        bursts = list(replay(story, room.now))
        draft = write(room, room.scenarios[slug], bursts)
        for handed_in in story.get("revisions", []):
            hand_in(room, draft, handed_in, bursts)


def write(room: Room, scenario: Scenario, bursts: list[Burst]) -> Draft:
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


def hand_in(room: Room, draft: Draft, said: dict[str, Any], bursts: list[Burst]) -> Revision:
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
    return revision


def comment_on_drafts(room: Room, data: list[dict[str, Any]]) -> None:
    bursts = {slug: list(replay(story, room.now)) for slug, story in stories().items()}
    for said in data:
        draft = room.scenarios[said["story"]].draft
        about = _say(room, draft, said, anchor=_anchor(room, draft, said, bursts[said["story"]]))
        for answer in said.get("replies", []):
            _say(room, draft, answer, parent=about)
        Reaction.objects.bulk_create(
            Reaction(comment=about, seat=room.seats[seat], word=word)
            for word, seats in said.get("reactions", {}).items()
            for seat in seats
        )


def _say(room: Room, draft: Draft, said: dict[str, Any], **more: Any) -> Comment:
    kinds = Contribution.Kind
    kind = kinds.SUGGESTION if "replacement" in said else kinds.COMMENT
    at = room.at(said["when"])
    if "by" in said:
        settled = {"settled_by": room.seats[said["by"]], "settled_at": at + timedelta(hours=5)}
        more |= settled | {"outcome": said["outcome"], "word": said.get("word", "")}
    words = {"text": said.get("text", ""), "replacement": said.get("replacement")}
    return put_in(room, Comment, kind, said["seat"], at, draft=draft, **words, **more)


def _anchor(room: Room, draft: Draft, said: dict[str, Any], bursts: list[Burst]) -> Anchor | None:
    if "quote" not in said:
        return None
    at = room.at(said["when"])
    version = sum(burst.when <= at for burst in bursts)
    [(start, end)] = find(units(bursts[version - 1].text), units(said["quote"]))
    return Anchor.objects.create(
        draft=draft,
        quote=said["quote"],
        made_at=version,
        made_start=start,
        made_end=end,
        version=version,
        start=start,
        end=end,
    )
