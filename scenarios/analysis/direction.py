"""Whether the name of a force says which way it goes."""

import re

_english = re.compile(
    r"\b(?:more|less|fewer|growth|rise|fall|decline|loss|collapse|increas\w+|decreas\w+|grow(?:s|ing)?|rising|"
    r"falling|declining|shrinking|worsening|improving|better|worse|stronger|weaker)\b",
    re.IGNORECASE,
)
# With the article and the one-letter words that are written together with what follows.
_arabic = re.compile(
    r"(?<!\w)(?:[وفبل]?(?:ال)?)(?:مزيد|زيادة|نمو|ازدياد|تزايد|ارتفاع|صعود|تراجع|انخفاض|هبوط|نقص|انهيار|تدهور|تحسن|أكثر|أقل)(?!\w)"
)


def directed(name: str) -> str:
    """The word that gives a direction, or nothing."""
    found = _english.search(name) or _arabic.search(name)
    return found[0] if found else ""
