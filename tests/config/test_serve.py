import socket
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError


def test_a_used_port_is_said_in_a_sentence_before_anything_is_touched(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        with pytest.raises(CommandError, match=rf"127\.0\.0\.1:{port} already.*PORT="):
            call_command("serve", port=port)
    assert not settings.DATA_DIR.exists()


@pytest.mark.parametrize("where", [{"port": 99_999}, {"host": "192.0.2.1", "port": 8000}])
def test_an_address_that_cannot_be_is_said_in_a_sentence(
    where: dict[str, int | str], settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    with pytest.raises(CommandError, match="Flamingo cannot be at"):
        call_command("serve", **where)
    assert not settings.DATA_DIR.exists()
