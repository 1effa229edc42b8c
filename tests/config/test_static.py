from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from config import static


def test_files_are_collected_again_only_when_one_of_them_changed(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[Any] = []
    monkeypatch.setattr(static, "call_command", lambda *command, **how: collected.append(command))
    settings.STATIC_ROOT = tmp_path

    static.collect()
    static.collect()
    assert collected == [("collectstatic",)]

    monkeypatch.setattr(static, "_as_found", lambda: "otherwise")
    static.collect()
    assert len(collected) == 2
