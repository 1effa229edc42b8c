"""Who said that the report may go out."""

from django.db import models

from workshops.models import Seat, Workshop


class Release(models.Model):
    """One seat's word that the report may be published."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="releases")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="releases")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "seat"], name="one_release_a_seat")
        ]

    def __str__(self) -> str:
        return f"release of workshop {self.workshop_id} by seat {self.seat_id}"
