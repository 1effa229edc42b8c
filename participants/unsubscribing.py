"""Stopping a stream of mails: the signed address in each mail, and what the reader decided."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac

from participants.emails import absolute
from participants.models import Participant, Refusal

SALT = "participants.unsubscribe"


def hash_address(address: str, *, secret: str | bytes | None = None) -> str:
    return salted_hmac(SALT, address.strip().lower(), secret=secret, algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Subscription:
    """One reader's place in one stream, as the address in a mail names it."""

    kind: str
    stream: str
    participant_id: int | None
    address_hash: str

    @classmethod
    def of(
        cls, kind: str, stream: str, participant: Participant | None, address: str
    ) -> "Subscription":
        if participant is not None:
            return cls(kind, stream, participant.pk, "")
        return cls(kind, stream, None, hash_address(address))

    @classmethod
    def from_token(cls, token: str) -> "Subscription | None":
        try:
            kind, stream, participant_id, address_hash = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(kind, stream, participant_id, address_hash)

    @property
    def url(self) -> str:
        facts: list[Any] = [self.kind, self.stream, self.participant_id, self.address_hash]
        return absolute(reverse("participants:unsubscribe", args=[signing.dumps(facts, salt=SALT)]))


def is_refused(stream: str, participant: Participant | None, address: str) -> bool:
    secrets = [None, *settings.SECRET_KEY_FALLBACKS]
    by = (
        Q(address_hash__in=[hash_address(address, secret=secret) for secret in secrets])
        if address
        else Q(pk=None)
    )
    if participant is not None:
        by |= Q(participant=participant)
    return Refusal.objects.filter(by, stream=stream).exists()
