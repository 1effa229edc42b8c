"""What plain rules find, in English and Arabic, and what they leave alone."""

import time

import pytest

from workshops.hints import What, hints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The state must pay.", [(What.SHOULD, "must")]),
        ("Prices will fall.", [(What.WILL, "will")]),
        ("They’ll go.", [(What.WILL, "They’ll")]),
        ("We met Amina Hassan there.", [(What.NAME, "Amina Hassan")]),
        ("Ask Dr. Khoury.", [(What.NAME, "Dr. Khoury")]),
        ("Call +49 (0)30 1234567 today.", [(What.NUMBER, "+49 (0)30 1234567")]),
        ("Write to a.b@example.org.", [(What.ADDRESS, "a.b@example.org")]),
        ("ينبغي أن تدفع الدولة.", [(What.SHOULD, "ينبغي")]),
        ("يَجِبُ أن تدفع.", [(What.SHOULD, "يجب")]),
        ("وسيرتفع السعر.", [(What.WILL, "وسيرتفع")]),
        ("لن يهطل المطر.", [(What.WILL, "لن")]),
        ("قال الدكتور أحمد حسن ذلك.", [(What.NAME, "الدكتور أحمد حسن")]),
        ("رقمي ٠١٢٣٤٥٦٧٨٩", [(What.NUMBER, "٠١٢٣٤٥٦٧٨٩")]),
        ("يسكن في شارع النيل.", [(What.ADDRESS, "شارع النيل")]),
    ],
)
def test_a_rule_finds_its_words(text: str, expected: list[tuple[What, str]]) -> None:
    assert [(hint.what, hint.words) for hint in hints(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Prices could fall between 2026 and 2036, by 1,200 at most.",
        "From 2026-2036, since 2026-03-01, much could change.",
        "People of goodwill and the unwilling.",
        "السياسة والسيارات في ستة سيناريوهات خلال سنوات.",
        "قد يهطل المطر.",
    ],
)
def test_ordinary_words_give_no_hint(text: str) -> None:
    assert hints(text) == []


def test_a_long_text_costs_little() -> None:
    began = time.process_time()
    for part in ("1 ", "Aa ", "س", "a@", "("):
        assert len(hints(part * 50_000)) <= 25
    assert time.process_time() - began < 5
