from django.http import HttpRequest

from participants.models import Participant


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` gets."""

    user: Participant
