"""What somebody holds against an event on the timeline."""

from django.db import models

from scenarios.models.board import Scenario
from workshops.models import Contribution


class Clash(Contribution):
    """An event of a story that cannot go together with what is predetermined, as a person sees it.

    The event is known by its year and its words: when those change in the text, the clash stands by itself.
    """

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="clashes")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=500, blank=True)
    against = models.ForeignKey(Contribution, models.CASCADE, related_name="clashes")
    reason = models.CharField(max_length=300)

    objects: models.Manager["Clash"] = models.Manager()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["pk"]
