import io
import logging
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.module_loading import import_string

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


def test_the_word_that_stops_mails_is_blanked() -> None:
    line = blank("Not Found: /unsubscribe/WyJkZWNpc2lvbiJd:1xVGoy:RbHyyAdVQZ-chud_GyZ/")

    assert line == "Not Found: /unsubscribe/[private]/"


@pytest.mark.parametrize(("level", "traced"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_a_refusal_is_one_line_and_a_failure_has_its_traceback(level: int, traced: bool) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    chosen: Any = settings.LOGGING
    for name in chosen["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(chosen["filters"][name]["()"])())
    logger = logging.getLogger("django.request.tests")
    logger.propagate = False
    logger.addHandler(handler)

    try:
        raise PermissionDenied("Your role does not include this.")
    except PermissionDenied:
        logger.log(level, "Forbidden: /workshops/a/", exc_info=True)

    assert ("Traceback" in stream.getvalue()) is traced
    assert stream.getvalue().startswith("Forbidden: /workshops/a/\n")


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
