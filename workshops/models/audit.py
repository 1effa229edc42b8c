"""What was done with power over others, in order and for good. No person, pseudonym, address or text is in it."""

from django.db import models
from django.utils import timezone

from workshops.models.workshop import Workshop


class AuditChain(models.Model):
    """The end of a workshop's chain: how many entries there are, and the digest of the last."""

    workshop = models.OneToOneField(Workshop, models.PROTECT, related_name="audit_chain")
    length = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"audit chain of workshop {self.workshop_id}"


class AuditEntry(models.Model):
    """One link. Its digest covers its own facts and the digest before it; the database forbids changing or deleting it."""

    class Act(models.TextChoices):
        DECIDED = "decided"
        MOVED = "moved"
        SEATED = "seated"
        EXPORTED = "exported"
        RELEASED = "released"
        PURGED = "purged"

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="audit_entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=8, choices=Act.choices)
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["workshop", "number"]
        verbose_name_plural = "audit entries"
        constraints = [
            models.UniqueConstraint(fields=["workshop", "number"], name="one_audit_entry_a_number")
        ]

    def __str__(self) -> str:
        return f"audit entry {self.number} of workshop {self.workshop_id}"
