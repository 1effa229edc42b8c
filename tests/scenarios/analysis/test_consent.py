"""The consent rule, and what follows from it whatever the positions are."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.consent import Outcome, Stance, outcome

C, A, R, X = Stance.CONSENT, Stance.ASIDE, Stance.RESERVE, Stance.OBJECT
Positions = list[tuple[str | None, Stance]]

stances = st.sampled_from(list(Stance))
sides = st.sampled_from(["upper", "lower", "town", None])
positions: st.SearchStrategy[Positions] = st.lists(
    st.tuples(sides, stances), max_size=24
) | st.lists(st.tuples(sides, st.sampled_from([C, C, A, R])), max_size=30)
required = st.sets(st.sampled_from(["upper", "lower"]))
some = st.sampled_from([{"upper"}, {"lower"}, {"upper", "lower"}])
k = st.integers(1, 6)

# The later, the better.
WORSE = [{Outcome.REPAIR, Outcome.CONTESTED}, {Outcome.OPEN}, {Outcome.RESERVED}, {Outcome.SHARED}]


def rank(found: Outcome) -> int:
    return next(place for place, same in enumerate(WORSE) if found in same)


def of(upper: list[Stance], lower: list[Stance], *, repaired: bool = False) -> Outcome:
    said = [("upper", one) for one in upper] + [("lower", one) for one in lower]
    return outcome(said, required={"upper", "lower"}, k=3, repaired=repaired)


def test_the_rule() -> None:
    assert of([C, C, A], [C, C, C]) == Outcome.SHARED
    assert of([C, C, R], [C, C, C]) == Outcome.RESERVED
    assert of([C, C], [C, C, C]) == Outcome.OPEN
    assert of([C, R, R], [C, C, C]) == Outcome.OPEN
    assert of([C, A, A, R, R], [C, C, C]) == Outcome.RESERVED  # three of five are sixty per cent
    assert of([C, C, C, X], [C, C, C]) == Outcome.REPAIR
    assert of([C, C, C, X], [C, C, C], repaired=True) == Outcome.CONTESTED
    assert of([X], []) == Outcome.REPAIR


def test_an_objection_from_a_side_that_is_not_required_is_kept_as_a_reservation() -> None:
    said: Positions = [*[("upper", C)] * 3, ("town", X)]

    assert outcome(said, required={"upper"}, k=3) == Outcome.RESERVED


def test_where_no_side_is_required_the_room_is_one() -> None:
    assert outcome([("upper", C), (None, C), ("town", C)], required=(), k=3) == Outcome.SHARED
    assert outcome([("upper", C), (None, C)], required=(), k=3) == Outcome.OPEN
    assert outcome([("upper", C), (None, X)], required=(), k=3) == Outcome.REPAIR


@given(positions, required, k, st.booleans(), st.randoms(use_true_random=False))
def test_order_does_not_matter(
    said: Positions, required: set[str], k: int, repaired: bool, order: Random
) -> None:
    mixed = list(said)
    order.shuffle(mixed)

    assert outcome(mixed, required=required, k=k, repaired=repaired) == outcome(
        said, required=required, k=k, repaired=repaired
    )


@given(positions, some, k, st.booleans())
def test_nobody_outside_a_required_constituency_can_block(
    said: Positions, required: set[str], k: int, repaired: bool
) -> None:
    found = outcome(said, required=required, k=k, repaired=repaired)
    inside = [(side, stance) for side, stance in said if side in required]
    without = outcome(inside, required=required, k=k, repaired=repaired)

    assert found == without or (without, found) == (Outcome.SHARED, Outcome.RESERVED)


@given(positions, some, k)
def test_nothing_is_shared_with_fewer_than_k_positions_in_a_required_constituency(
    said: Positions, required: set[str], k: int
) -> None:
    if outcome(said, required=required, k=k) in {Outcome.SHARED, Outcome.RESERVED}:
        for one in required:
            assert sum(side == one for side, _stance in said) >= k


@given(positions, required, k, st.booleans(), st.booleans(), st.integers(0, 99), sides)
def test_more_consent_never_makes_an_outcome_worse(
    said: Positions,
    required: set[str],
    k: int,
    repaired: bool,
    instead: bool,
    where: int,
    side: str | None,
) -> None:
    before = outcome(said, required=required, k=k, repaired=repaired)
    more = list(said)
    if said and instead:
        place = where % len(said)
        more[place] = said[place][0], C
    else:
        more.append((side, C))

    assert rank(outcome(more, required=required, k=k, repaired=repaired)) >= rank(before)
