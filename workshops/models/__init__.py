from workshops.models.activity import Activity, DigestPreference
from workshops.models.audit import AuditChain, AuditEntry
from workshops.models.contributions import (
    Appeal,
    Contribution,
    Decision,
    Dispute,
    Flag,
    GlossaryTerm,
)
from workshops.models.seats import GroundRules, Invitation, Role, RulesAcceptance, Seat
from workshops.models.sessions import AgendaItem, Attendance, Poll, PollAnswer, Session
from workshops.models.workshop import Constituency, Stage, StageKind, Workshop

__all__ = [
    "Activity",
    "AgendaItem",
    "Appeal",
    "Attendance",
    "AuditChain",
    "AuditEntry",
    "Constituency",
    "Contribution",
    "Decision",
    "DigestPreference",
    "Dispute",
    "Flag",
    "GlossaryTerm",
    "GroundRules",
    "Invitation",
    "Poll",
    "PollAnswer",
    "Role",
    "RulesAcceptance",
    "Seat",
    "Session",
    "Stage",
    "StageKind",
    "Workshop",
]
