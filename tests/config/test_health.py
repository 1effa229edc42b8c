import pytest
from django.test import Client

from config import health


@pytest.mark.django_db
def test_healthz_says_no_until_a_worker_was_heard() -> None:
    silent = Client().get("/healthz")
    health.worker_is_alive()
    heard = Client().get("/healthz")

    assert (silent.status_code, heard.status_code) == (503, 200)
    assert heard.json() == {"ok": True, "web": True, "database": True, "worker": True}
