"""Words taken out of a draft for good: out of its text, and out of every row that remembers them.

In the place of each unit stands a mark of the same length, so that every version can still be rebuilt, and everything else
is where it was. Which units they are follows from the log: those that ever stood in the words, typed letter by letter, deleted
long ago or brought back. Nothing of them is kept.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, Model

from scenarios.live import past, posted, store
from scenarios.live.changeset import ChangeSet, Section, characters, units
from scenarios.live.past import Past
from scenarios.live.text import Text
from scenarios.models import Anchor, Chapter, Clash, Comment, Draft, Edit, Revision, Snapshot
from workshops import events
from workshops.models import Contribution, Decision

MARK: Final = "█"
LEAST: Final = 3
"""Characters; fewer would black out half of every text."""

M = TypeVar("M", bound=Model)

Marked = Mapping[int, set[int]]
"""By version, which of the units that its edit put in."""


class NotThere(Exception):
    """These words never stood in this draft."""


class Units:
    """A text in which each unit knows the edit that put it in, and its place among what that edit put in."""

    def __init__(self, words: str) -> None:
        self._needle = units(words).encode("utf-16-le", "surrogatepass")
        self._units, self._versions, self._places = array("H"), array("L"), array("L")
        self._seats: dict[int, int] = {}
        self.marked: dict[int, set[int]] = defaultdict(set)

    def apply(self, edit: Past) -> None:
        replacements = list(ChangeSet.parse(edit.changes).replacements())
        self._seats[edit.version] = edit.seat
        place = sum(len(insert) for _start, _end, insert in replacements)
        for start, end, insert in reversed(replacements):
            place -= len(insert)
            self._units[start:end] = array("H", insert.encode("utf-16-le", "surrogatepass"))
            self._versions[start:end] = array("L", [edit.version]) * len(insert)
            self._places[start:end] = array("L", range(place, place + len(insert)))
        shift, reach = 0, len(self._needle) // 2 - 1
        for start, end, insert in replacements:
            at = start + shift
            self._search(max(0, at - reach), at + len(insert) + reach)
            shift += len(insert) - (end - start)

    def _search(self, start: int, end: int) -> None:
        near = self._units[start:end].tobytes()
        at = near.find(self._needle)
        while at >= 0:
            if at % 2 == 0:
                self._mark(start + at // 2)
            at = near.find(self._needle, at + 1)

    def _mark(self, start: int) -> None:
        for i in range(start, start + len(self._needle) // 2):
            if self._units[i] != ord("\n"):
                self.marked[self._versions[i]].add(self._places[i])

    @property
    def seats(self) -> set[int]:
        """Whose words they were."""
        return {self._seats[version] for version in self.marked}

    def over_the_text(self) -> ChangeSet:
        """What puts marks over those that stand in the text now."""
        sections: list[Section] = []
        for version, place in zip(self._versions, self._places, strict=True):
            hit = place in self.marked.get(version, ())
            sections.append((1, MARK) if hit else (1, None))
        return ChangeSet.of(sections)


def find(draft_id: int, words: str, upto: int) -> Units:
    text = Units(words)
    for edit in past.log(draft_id, 0, upto):
        text.apply(edit)
    return text


@transaction.atomic
def redact(draft_id: int, words: str, *, seat: int, client_key: UUID) -> tuple[int, set[int]]:
    """Returns the version of the edit that everybody sees, and whose words they were. Whoever calls has asked whether it may be."""
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    found = find(draft_id, words, draft.version)
    if not found.marked:
        raise NotThere
    _mark_log(draft_id, found.marked)
    _rebuild(draft, words)
    _mark_what_was_said(draft, words)
    changes = found.over_the_text()
    done = posted.store_for(draft_id, lambda replica: changes, seat=seat, client_key=client_key)
    assert isinstance(done, posted.Saved)  # no longer than it was
    Draft.objects.filter(pk=draft_id).update(redacted_version=done.version)
    hint = {"type": store.REDACTED, "process": "", "draft": draft_id}
    transaction.on_commit(lambda: events.send(store.group(draft_id), hint))
    return done.version, found.seats


def marked_changes(changes: ChangeSet, places: set[int]) -> ChangeSet:
    """The same change with marks in those places of what it puts in."""
    at, sections = 0, []
    for length, insert in changes.sections:
        if insert:
            kept = enumerate(insert, start=at)
            at += len(insert)
            insert = "".join(MARK if place in places else unit for place, unit in kept)
        sections.append((length, insert))
    return ChangeSet(tuple(sections))


def _mark_log(draft_id: int, marked: Marked) -> None:
    rows = list(Edit.objects.filter(draft=draft_id, version__in=marked.keys()))
    for row in rows:
        row.changes = marked_changes(ChangeSet.parse(row.changes), marked[row.version]).to_json()
    Edit.objects.bulk_update(rows, ["changes"], batch_size=200)
    for chapter in Chapter.objects.filter(draft=draft_id):
        if any(chapter.first <= version <= chapter.last for version in marked):
            edits = [
                edit._replace(
                    changes=marked_changes(
                        ChangeSet.parse(edit.changes), marked.get(edit.version, set())
                    ).to_json()
                )
                for edit in past.unpack(chapter.edits)
            ]
            chapter.edits = past.pack(edits)
            chapter.save(update_fields=["edits"])


def _rebuild(draft: Draft, words: str) -> None:
    """Every text that is kept of the draft, made of its log anew."""
    snapshots = _by_version(Snapshot.objects.filter(draft=draft).only("pk", "version"), "version")
    revisions = _by_version(Revision.objects.filter(draft=draft), "draft_version")
    anchors = _by_version(Anchor.objects.filter(draft=draft), "made_at")
    text = Text()
    for edit in past.log(draft.pk, 0, draft.version):
        text.apply(ChangeSet.parse(edit.changes))
        if edit.version in snapshots:
            Snapshot.objects.filter(draft=draft, version=edit.version).update(text=str(text))
        for anchor in anchors.get(edit.version, ()):
            quote = _between(str(text), anchor.made_start, anchor.made_end)
            if quote != anchor.quote:
                Anchor.objects.filter(pk=anchor.pk).update(quote=quote)
        for revision in revisions.get(edit.version, ()):
            if len(units(revision.text)) == len(text):
                _reword(revision, text=str(text), summary=marked_in(revision.summary, words))
    for revision in Revision.objects.filter(draft=draft):
        _reword(
            revision,
            text=marked_in(revision.text, words),
            summary=marked_in(revision.summary, words),
        )


def _by_version(rows: Iterable[M], field: str) -> dict[int, list[M]]:
    found: dict[int, list[M]] = defaultdict(list)
    for row in rows:
        found[getattr(row, field)].append(row)
    return dict(found)


def _between(text: str, start: int, end: int) -> str:
    return characters(units(text)[start:end])


def _reword(row: Contribution, **texts: str) -> None:
    """What a moderator reads right now is no longer what is decided on."""
    changed = {field: text for field, text in texts.items() if getattr(row, field) != text}
    if not changed:
        return
    type(row)._default_manager.filter(pk=row.pk).update(**changed)
    if row.state == Contribution.State.HELD:
        Contribution.objects.filter(pk=row.pk).update(version=F("version") + 1)


def _mark_what_was_said(draft: Draft, words: str) -> None:
    """Comments, suggestions, contradictions and what was decided on, where they repeat the words."""
    for comment in Comment.objects.filter(draft=draft):
        _reword(
            comment,
            text=marked_in(comment.text, words),
            word=marked_in(comment.word, words),
            **(
                {}
                if comment.replacement is None
                else {"replacement": marked_in(comment.replacement, words)}
            ),
        )
    for clash in Clash.objects.filter(scenario=draft.scenario_id):
        _reword(clash, title=marked_in(clash.title, words), reason=marked_in(clash.reason, words))
    about = Revision.objects.filter(draft=draft).values("pk").order_by()
    said = Comment.objects.filter(draft=draft).values("pk").order_by()
    for decision in Decision.objects.filter(contribution__in=about) | Decision.objects.filter(
        contribution__in=said
    ):
        for field in ("words", "note"):
            setattr(decision, field, marked_in(getattr(decision, field), words))
        decision.save(update_fields=["words", "note"])


def marked_in(text: str, words: str) -> str:
    """The same length in code units, lines where they were."""
    lines = ("".join(MARK for _unit in units(line)) for line in words.split("\n"))
    return text.replace(words, "\n".join(lines))
