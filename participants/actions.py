import secrets
from typing import Any

from django.db import transaction

from participants.models import Participant, Refusal, hash_return_code
from participants.unsubscribing import Subscription

# Crockford's alphabet: no letter looks like another or like a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, LETTERS = 5, 5
LOOKALIKES = str.maketrans("OIL", "011")


def read_return_code(typed: str) -> str:
    """As people type it: any case, with or without the dashes, O for 0."""
    return "".join(letter for letter in typed.upper().translate(LOOKALIKES) if letter in ALPHABET)


def _new_return_code() -> str:
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS)]
    return "-".join(groups)


@transaction.atomic
def make_return_code(*, by: Participant) -> str:
    """The code itself is shown once and kept by nobody but its owner; the one before stops working."""
    code = _new_return_code()
    by.return_code_hash = hash_return_code(read_return_code(code))
    by.save(update_fields=["return_code_hash"])
    return code


@transaction.atomic
def open_account_without_address(language: str) -> tuple[Participant, str]:
    person = Participant.objects.create_user(language=language)
    return person, make_return_code(by=person)


def change_settings(*, by: Participant, language: str, time_zone: str, mail: str) -> None:
    by.language, by.time_zone, by.mail = language, time_zone, mail
    by.save(update_fields=["language", "time_zone", "mail"])


def change_language(*, by: Participant, language: str) -> None:
    by.language = language
    by.save(update_fields=["language"])


def stop_mails(*, by: Subscription) -> None:
    Refusal.objects.get_or_create(**_place(by))


def are_mails_stopped(*, by: Subscription) -> bool:
    return Refusal.objects.filter(**_place(by)).exists()


def resume_mails(*, by: Subscription) -> None:
    Refusal.objects.filter(**_place(by)).delete()


def _place(by: Subscription) -> dict[str, Any]:
    return {
        "stream": by.stream,
        "participant_id": by.participant_id,
        "address_hash": by.address_hash,
    }
