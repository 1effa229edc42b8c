"""Pages open on drafts, through the whole server but the network."""

from scenarios.live.history import text_at
from scenarios.models import Edit
from tests.scenarios.live.conftest import Doors, rows
from tests.scenarios.live.table import Table


async def test_letters_reach_each_other(table: Table, doors: Doors) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)

    heron.type(0, "The rains could fail. ")
    await heron.save()
    await plover.until_true(lambda: plover.text == heron.text)
    plover.type(len(plover.units), "سلام 😀")
    await plover.save()
    await heron.until_true(lambda: heron.text == plover.text)

    assert heron.text == "The rains could fail. سلام 😀"
    assert await rows(lambda: text_at(table.draft.pk, 2)) == heron.text
    assert await rows(lambda: list(Edit.objects.values_list("seat", flat=True))) == [
        table.heron.pk,
        table.plover.pk,
    ]
