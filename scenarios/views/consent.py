from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import consent as actions
from scenarios.forms.consent import ActForm, PositionForm, WordsForm, sentences
from scenarios.models import ConsentItem, Position, Reservation
from scenarios.models.consent import ConsentItemQuerySet
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require

State = ConsentItem.State


@login_required
@require_http_methods(["GET", "POST"])
def consent(request: SignedInRequest, slug: str) -> HttpResponse:
    """What is asked, what is being put right, and what came of it. A facilitator opens and closes here."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    status, refused = 200, list[Any]()
    if request.method == "POST":
        require(seat, Can.RUN_CONSENT)
        form = ActForm(request.POST)
        if form.is_valid():
            try:
                act, pk = form.cleaned_data["act"]
                messages.success(request, _do(act, pk, seat))
            except actions.Overtaken:
                status, refused = 409, [_overtaken()]
            else:
                return redirect("scenarios:consent", slug)
        else:
            status, refused = 422, sentences(form)
    context = standing(seat, "consent")
    rows = _with_reservations(_readable(seat, context["can"]).with_position_of(seat))
    context |= {
        "asked": [row for row in rows if row.state == State.OPEN],
        "repairs": [row for row in rows if row.state == State.REPAIR],
        "settled": [row for row in rows if row.state == State.CLOSED],
        "refused": refused,
    }
    if Can.RUN_CONSENT in context["can"]:
        context["scenarios"], context["assumptions"] = actions.candidates(seat.workshop)
    return render(request, "scenarios/consent.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def positions(request: SignedInRequest, slug: str) -> HttpResponse:
    """Mine, one at a time: the item named in the address, or the first without one."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.CONSENT)
    rows: list[Any] = list(ConsentItem.objects.within(seat.workshop).asked().with_position_of(seat))
    form, status, refused = None, 200, list[Any]()
    if request.method == "POST":
        form = PositionForm(request.POST)
        refused, status = _take(form, rows, seat)
        if not refused:
            messages.success(request, _("Noted. You can change it until the item closes."))
            return redirect("scenarios:positions", slug)
        wanted = str(form.data.get("item", ""))
    else:
        wanted = request.GET.get("item", "")
    item = next((row for row in rows if str(row.pk) == wanted), None)
    if item is None and not refused:
        item = next((row for row in rows if row.mine is None), None)
    if item is not None:
        item = _with_reservations([item])[0]
        form = form or PositionForm(initial={"reason": _my_reason(item, seat)})
    place = rows.index(item) if item else 0
    context = standing(seat, "consent") | {
        "item": item,
        "form": form,
        "items": rows,
        "done": sum(row.mine is not None for row in rows),
        "place": place + 1,
        "before": rows[place - 1] if item and place else None,
        "after": rows[place + 1] if item and place + 1 < len(rows) else None,
        "stances": Position.Stance,
        "refused": refused,
    }
    return render(request, "scenarios/positions.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def item(request: SignedInRequest, slug: str, item_id: int) -> HttpResponse:
    """One item. While it is put right its author words it anew here, and the facilitator may suggest how."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "consent")
    readable = _readable(seat, context["can"]).with_position_of(seat)
    found = get_object_or_404(readable, pk=item_id)
    form, status = None, 200
    if request.method == "POST":
        form = WordsForm(request.POST)
        mine = found.assumption is not None and found.assumption.seat_id == seat.pk
        if not mine:
            require(seat, Can.RUN_CONSENT)
        if form.is_valid():
            act = actions.reword if mine else actions.suggest
            try:
                act(found, **form.cleaned_data, by=seat)
            except actions.Overtaken:
                status, context["refused"] = 409, [_overtaken()]
            else:
                messages.success(request, _("Your words are saved."))
                return redirect("scenarios:consent_item", slug, found.pk)
        status = 422 if status == 200 else status
    elif _may_word(found, seat, context["can"]):
        form = WordsForm(initial={"statement": found.suggestion or found.words})
    context |= {"item": _with_reservations([found])[0], "form": form}
    return render(request, "scenarios/consent_item.html", context, status=status)


def _do(act: str, pk: int | None, seat: Seat) -> str:
    """Do what was pressed; the sentence that says so."""
    if act == "close":
        asked = ConsentItem.objects.within(seat.workshop).asked()
        items = [pk] if pk is not None else list(asked.values_list("pk", flat=True))
        if not actions.close(items, by=seat):
            raise actions.Overtaken
        return _("Closed. The outcome stands below.")
    if act == "again":
        found = ConsentItem.objects.filter(workshop=seat.workshop, pk=pk or 0).first()
        if found is None:
            raise actions.Overtaken
        actions.ask_again(found, by=seat)
        return _("It is asked again. Everybody takes a position anew.")
    chosen: dict[str, Any] = {}
    if act != "open" and pk is not None:
        chosen = {"scenarios": [], "assumptions": []} | {f"{act.removeprefix('open-')}s": [pk]}
    if not actions.put_up(**chosen, by=seat):
        raise actions.Overtaken
    return _("It is asked now. Everybody can take a position.")


def _take(form: PositionForm, rows: list[Any], seat: Seat) -> tuple[list[Any], int]:
    """Why the position was not taken, with the status to say so."""
    if not form.is_valid():
        return sentences(form), 422
    sent = dict(form.cleaned_data)
    found = next((row for row in rows if row.pk == sent["item"]), None)
    if found is None:
        return [_overtaken()], 409
    try:
        actions.take_position(found, **_facts(sent), by=seat)
    except actions.Overtaken:
        return [_overtaken()], 409
    except ValidationError as refused:
        return list(refused.messages), 422
    return [], 200


def _facts(sent: dict[str, Any]) -> dict[str, Any]:
    return {key: sent[key] for key in ("stance", "reason", "round")} | {
        "language": get_language() or ""
    }


def _readable(seat: Seat, can: Iterable[str]) -> ConsentItemQuerySet:
    """Outcomes for everybody; what is still asked for those who may read what is open."""
    items = ConsentItem.objects.within(seat.workshop)
    return items if Can.READ_OPEN in can else items.filter(state=State.CLOSED)


def _with_reservations(rows: Iterable[Any]) -> list[Any]:
    """Each with the reasons that stand beside it: of the round that closed last."""
    items = list(rows)
    found: defaultdict[tuple[int, int], list[Reservation]] = defaultdict(list)
    published = Reservation.objects.filter(
        item__in=items, state=Reservation.State.PUBLISHED
    ).select_related("side")
    for one in published:
        found[one.item_id, one.round].append(one)
    for row in items:
        last = row.round - 1 if row.state == State.OPEN else row.round
        row.beside = found[row.pk, last]
    return items


def _may_word(found: ConsentItem, seat: Seat, can: Iterable[str]) -> bool:
    if found.state != State.REPAIR or found.assumption is None or found.reworded:
        return False
    if found.assumption.seat_id == seat.pk:
        return Can.REPAIR in can
    return Can.RUN_CONSENT in can


def _my_reason(item: ConsentItem, seat: Seat) -> str:
    mine = Position.objects.filter(item=item, round=item.round, seat=seat)
    return mine.values_list("reason", flat=True).first() or ""


def _overtaken() -> str:
    return _(
        "This changed in the meantime. Nothing of yours was applied; here is how it stands now."
    )
