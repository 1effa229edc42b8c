"""The substance: assumptions, the logic, scenarios, their drafts, and what is published of them."""

from scenarios.models.assumptions import Assumption, Response
from scenarios.models.board import Dot, DotRound, Scenario, ScenarioLogic, Seed
from scenarios.models.challenge import QualityRating, Question
from scenarios.models.comments import Anchor, Comment, Reaction
from scenarios.models.consent import ConsentItem, Position, Reservation
from scenarios.models.drafts import (
    Chapter,
    Draft,
    Edit,
    LastRead,
    Redaction,
    Revision,
    Snapshot,
)
from scenarios.models.forces import (
    DrivingForce,
    Evidence,
    Look,
    Merge,
    MergeVoice,
    Milestone,
    Rating,
)
from scenarios.models.groups import GroupMember
from scenarios.models.publication import Release
from scenarios.models.timeline import Clash

__all__ = [
    "Anchor",
    "Assumption",
    "Chapter",
    "Clash",
    "Comment",
    "ConsentItem",
    "Dot",
    "DotRound",
    "Draft",
    "DrivingForce",
    "Edit",
    "Evidence",
    "GroupMember",
    "LastRead",
    "Look",
    "Merge",
    "MergeVoice",
    "Milestone",
    "Position",
    "QualityRating",
    "Question",
    "Rating",
    "Reaction",
    "Redaction",
    "Release",
    "Reservation",
    "Response",
    "Revision",
    "Scenario",
    "ScenarioLogic",
    "Seed",
    "Snapshot",
]
