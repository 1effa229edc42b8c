from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from workshops.models import Seat


def signed_in(seat: Seat) -> Client:
    """A browser in which this seat's person is signed in."""
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    return client


def queries(client: Client, url: str) -> int:
    """How many it takes to answer with this page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
