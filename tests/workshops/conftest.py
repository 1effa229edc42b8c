from typing import Protocol

import pytest
from django.test import Client

from participants.models import Participant
from workshops.models import Seat


class SignIn(Protocol):
    def __call__(self, who: Seat | Participant) -> Client: ...


@pytest.fixture
def as_seat() -> SignIn:
    """A browser in which this person, or whoever sits here, is signed in."""

    def sign_in(who: Seat | Participant) -> Client:
        person = who.participant if isinstance(who, Seat) else who
        assert person is not None
        client = Client()
        client.force_login(person)
        return client

    return sign_in
