from workshops.models.activity import Activity, DigestPreference
from workshops.models.audit import AuditChain, AuditEntry
from workshops.models.contributions import Contribution, Decision, Dispute, GlossaryTerm
from workshops.models.seats import GroundRules, Invitation, Role, RulesAcceptance, Seat
from workshops.models.workshop import Constituency, Stage, StageKind, Workshop

__all__ = [
    "Activity",
    "AuditChain",
    "AuditEntry",
    "Constituency",
    "Contribution",
    "Decision",
    "DigestPreference",
    "Dispute",
    "GlossaryTerm",
    "GroundRules",
    "Invitation",
    "Role",
    "RulesAcceptance",
    "Seat",
    "Stage",
    "StageKind",
    "Workshop",
]
