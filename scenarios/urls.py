from django.urls import include, path

from scenarios.views import (
    assumptions,
    board,
    challenge,
    comments,
    consent,
    drafts,
    forces,
    groups,
    history,
    publication,
    ranking,
    revisions,
    seeds,
    situation,
    timeline,
    watching,
)

app_name = "scenarios"

_assumptions = [
    path("", assumptions.assumptions, name="assumptions"),
    path("new/", assumptions.propose, name="propose"),
    path("<int:assumption_id>/", assumptions.assumption, name="assumption"),
    path("<int:assumption_id>/response/", assumptions.respond, name="respond"),
    path("<int:assumption_id>/withdrawal/", assumptions.withdraw, name="withdraw"),
]
_situation = [
    path("", situation.situation, name="situation"),
    path("new/", situation.put_in, name="put_in_evidence"),
    path("<int:evidence_id>/", situation.evidence, name="evidence"),
]
_forces = [
    path("", forces.forces, name="forces"),
    path("new/", forces.propose, name="propose_force"),
    path("look/", forces.look, name="look"),
    path("steps/", forces.steps, name="force_steps"),
    path("merges/new/", forces.propose_merge, name="propose_merge"),
    path("merges/<int:merge_id>/", forces.merge, name="merge"),
    path("ranking/", ranking.rate, name="ranking"),
    path("ranking/result/", ranking.result, name="ranking_result"),
    path("<int:force_id>/", forces.force, name="force"),
    path("<int:force_id>/withdrawal/", forces.withdraw, name="withdraw_force"),
]
_seeds = [
    path("", seeds.seeds, name="seeds"),
    path("new/", seeds.sow, name="sow"),
    path("dots/", seeds.dots, name="dots"),
    path("<int:seed_id>/", seeds.seed, name="seed"),
    path("<int:seed_id>/dot/", seeds.dot, name="dot"),
    path("<int:seed_id>/cluster/", seeds.sort, name="sort"),
]
_scenarios = [
    path("", board.board, name="board"),
    path("new/", board.add, name="add"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("timeline/contradictions/new/", timeline.flag, name="flag"),
    path("timeline/contradictions/<int:clash_id>/", timeline.withdraw, name="withdraw_clash"),
    path("logic/", board.logic, name="logic"),
    path("logic/versions/", board.logic_versions, name="logic_versions"),
    path("groups/", groups.groups, name="groups"),
    path("<int:scenario_id>/", drafts.scenario, name="scenario"),
    path("<int:scenario_id>/premise/", board.edit, name="edit"),
    path("<int:scenario_id>/draft/", drafts.draft, name="draft"),
    path("<int:scenario_id>/comments/", comments.comments, name="comments"),
    path("<int:scenario_id>/history/", history.history, name="history"),
    path("<int:scenario_id>/history/<int:version>/", history.version, name="version"),
    path("<int:scenario_id>/history/<int:version>/return/", history.bring_back, name="bring_back"),
    path("<int:scenario_id>/history/<int:version>/undoing/", history.take_back, name="take_back"),
    path("<int:scenario_id>/moderation/", watching.watch, name="watch"),
    path("<int:scenario_id>/submission/", revisions.submit, name="submit"),
]
_comments = [
    path("<int:comment_id>/", comments.comment, name="comment"),
    path("<int:comment_id>/settlement/", comments.settle, name="settle"),
    path("<int:comment_id>/reaction/", comments.react, name="react"),
]
_challenge = [
    path("", challenge.challenges, name="challenges"),
    path("<int:scenario_id>/", challenge.challenge, name="challenge"),
    path("questions/<int:question_id>/", challenge.answer, name="answer"),
]
_consent = [
    path("", consent.consent, name="consent"),
    path("positions/", consent.positions, name="positions"),
    path("<int:item_id>/", consent.item, name="consent_item"),
]
_reports = [
    path("", publication.report, name="report"),
    path("report.md", publication.report_markdown, name="report_markdown"),
    path("report.json", publication.report_json, name="report_json"),
]
urlpatterns = [
    path("workshops/<slug:slug>/assumptions/", include(_assumptions)),
    path("workshops/<slug:slug>/situation/", include(_situation)),
    path("workshops/<slug:slug>/forces/", include(_forces)),
    path("workshops/<slug:slug>/seeds/", include(_seeds)),
    path("workshops/<slug:slug>/scenarios/", include(_scenarios)),
    path("workshops/<slug:slug>/comments/", include(_comments)),
    path("workshops/<slug:slug>/challenge/", include(_challenge)),
    path("workshops/<slug:slug>/consent/", include(_consent)),
    path("workshops/<slug:slug>/revisions/<int:revision_id>/", revisions.revision, name="revision"),
    path("workshops/<slug:slug>/publication/", publication.release, name="release"),
    path("reports/<slug:slug>/", include(_reports)),
]
