"""The words of an invitation: derived from its nonce, stored by nobody, found by their hash.

Eighty bits, so a plain hash cannot be reversed by trying.
"""

import hashlib

from django.utils.crypto import salted_hmac

# Crockford's alphabet: no letter looks like another or like a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS, GROUP = 16, 4
_LOOKALIKES = str.maketrans("OIL", "011")


def token_of(nonce: str) -> str:
    """Written in groups of four, as it is shown and put into links."""
    digest = salted_hmac("workshops.invitation", nonce, algorithm="sha256").digest()
    number = int.from_bytes(digest[: LETTERS * 5 // 8])
    return grouped("".join(ALPHABET[number >> 5 * place & 31] for place in range(LETTERS)))


def grouped(letters: str) -> str:
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def read(typed: str) -> str:
    """As people type it: any case, with or without dashes and spaces, O for 0 and I for 1."""
    letters = typed.upper().translate(_LOOKALIKES)
    return "".join(letter for letter in letters if letter in ALPHABET)


def hash_of(token: str) -> str:
    return hashlib.sha256(read(token).encode()).hexdigest()
