import io
import logging

import pytest

from config.logs import Private, blank


@pytest.mark.parametrize(
    "secret",
    [
        "amina@example.org",
        "a.b+c@mail.example.co.uk",
        "192.0.2.17",
        "2001:db8::8a2e:370:7334",
        "fe80::1",
    ],
)
def test_addresses_of_people_and_machines_are_blanked(secret: str) -> None:
    assert secret not in blank(f"refused {secret}, trying again")


@pytest.mark.parametrize("plain", ["at 12:30:45", "version 1.2.3", "draft 7", "/workshops/a-b/"])
def test_ordinary_words_stay(plain: str) -> None:
    assert blank(plain) == plain


def test_the_word_that_leads_to_a_seat_is_blanked() -> None:
    line = blank("Unprocessable Entity: /invitations/K33V-75VB-1VAA-RB0V/refusal/")

    assert line == "Unprocessable Entity: /invitations/[private]/refusal/"
    assert blank("Not Found: /invitations/") == "Not Found: /invitations/"


def test_a_traceback_names_nobody() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Private())
    logger = logging.getLogger("tests.private")
    logger.propagate = False
    logger.addHandler(handler)

    try:
        raise ValueError("amina@example.org from 192.0.2.17")
    except ValueError:
        logger.exception("failed for %s", "amina@example.org")

    assert "amina@" not in stream.getvalue()
    assert "192.0.2.17" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
