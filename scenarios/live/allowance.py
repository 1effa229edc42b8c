"""How fast one socket may speak."""

from typing import Final

A_SECOND: Final = 20.0
BURST: Final = 60.0


class Allowance:
    """A bucket that fills by twenty a second up to sixty; each frame takes one."""

    __slots__ = ("_at", "_left")

    def __init__(self, now: float) -> None:
        self._left, self._at = BURST, now

    def take(self, now: float) -> bool:
        self._left = min(BURST, self._left + (now - self._at) * A_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
