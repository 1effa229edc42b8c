"""What a moderator, or the author, may want to look at again. Plain rules in English and Arabic; they never decide. Pure.

Each rule reads every text, whatever language it says it is in: people mix them, and a rule of one finds nothing in the other.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST: Final = 5
"""Of one kind; who has so many to look at reads the whole text anyway."""

LONGEST: Final = 100_000
"""Characters read."""


class What(StrEnum):
    SHOULD = "should"
    WILL = "will"
    NAME = "name"
    NUMBER = "number"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Hint:
    what: What
    words: str


_NOT_A_LETTER = re.compile(
    "[\u0640\u064b-\u065f\u0670]"
)  # Arabic signs over letters, and the long stroke
_DATE = re.compile(r"\b(?:1[89]|20|21)\d\d\s*[-–—/]\s*(?:1[89]|20|21)\d\d\b|\b\d{4}-\d\d?-\d\d?\b")
_A = "[\u0621-\u064a]"
_ONE = "(?<![\\w'’])(?:{})(?![\\w'’])"

# Words that begin as the Arabic future does, and are none.
_NOT_TO_COME = "سياس|سيار|سياد|سياح|سياق|سيطر|سيناريو|سينما|سيد|سيول|ستار|ستون|ستين|ستة|سنو|سنة|سند|سنابل|سنت|سيئ|ستراتيج"

_RULES: Final = (
    (
        What.SHOULD,
        _ONE.format(
            "should|must|ought to|ha(?:s|ve) to|needs? to(?= \\w)|needs? to|it is time to|(?:و|ف)?(?:ينبغي|يجب|يتعين|يتوجب|يلزم|لازم|لابد|لا بد)"
        ),
    ),
    (
        What.WILL,
        _ONE.format(
            "(?:I|you|he|she|it|we|they)['’]ll|will(?: not)?|won['’]t|(?:is|are) going to|inevitabl[ey]|(?:و|ف)?(?:سوف|لن|حتما)"
            f"|(?:و|ف)?(?!{_NOT_TO_COME})س[يتن]{_A}{{3,}}"
        ),
    ),
    (
        What.NAME,
        (
            r"(?<!\w)(?:(?-i:Mr|Mrs|Ms|Dr|Prof|Sheikh|Minister|President|Colonel|General|Judge)\.? (?-i:[A-ZÀ-Þ][\w'’-]+)"
            r"(?: (?-i:[A-ZÀ-Þ][\w'’-]+))?)"
            r"|(?<=[\w,;] )(?-i:[A-ZÀ-Þ][a-zà-ÿ'’-]+(?: (?:al-|el-|de |van |bin |ibn )?[A-ZÀ-Þ][a-zà-ÿ'’-]+){1,4})"
            f"|(?<!\\w)(?:السيد|السيدة|الدكتور|الدكتورة|الأستاذ|الأستاذة|الشيخ|العقيد|القاضي|الوزير|الوزيرة|أبو|أم|آل) {_A}{{2,}}(?: {_A}{{3,}})?"
            f"|(?<!\\w){_A}{{3,}} (?:بن|ابن|بنت) {_A}{{2,}}"
        ),
    ),
    (What.NUMBER, r"(?<![\w.])(?:\+|00)?[\d٠-٩](?:[ ()./-]{0,2}[\d٠-٩]){6,14}(?![\w])"),
    (
        What.ADDRESS,
        (
            r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}|(?<!\w)@\w{3,40}"
            r"|\b\d{1,4}[a-z]? (?-i:[A-Z]\w+)(?: (?-i:[A-Z]\w+))? (?:street|st|road|rd|avenue|lane|square)\b"
            f"|(?<!\\w)(?:شارع|حارة|زقاق) {_A}{{2,}}(?: {_A}{{2,}})?"
        ),
    ),
)
_COMPILED: Final = tuple((what, re.compile(rule, re.IGNORECASE)) for what, rule in _RULES)


def hints(text: str) -> list[Hint]:
    """The first few of each kind, each once, in the order of the kinds."""
    text = _DATE.sub(" ", _NOT_A_LETTER.sub("", text[:LONGEST]))
    found: list[Hint] = []
    for what, rule in _COMPILED:
        words = dict.fromkeys(" ".join(match[0].split()) for match in rule.finditer(text))
        found += [Hint(what, one) for one in list(words)[:MOST]]
    return found
