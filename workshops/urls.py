from django.urls import include, path

from workshops.views import (
    digest,
    disputes,
    glossary,
    invitations,
    meeting,
    moderation,
    opening,
    page,
    seats,
    sessions,
    setup,
    stages,
)

app_name = "workshops"

_workshop = [
    path("", page.page, name="page"),
    path("set-up/", setup.setup, name="setup"),
    path("ground-rules/", setup.ground_rules, name="ground_rules"),
    path("leaving/", seats.leave, name="leave"),
    path("stages/", stages.stages, name="stages"),
    path("stages/move/", stages.move, name="move_stage"),
    path("stages/reopening/", stages.reopen, name="reopen_stage"),
    path("stages/closing/", stages.closing, name="stage_closing"),
    path("stages/order/", stages.arrange, name="arrange_stages"),
    path("stages/<slug:kind>/", stages.stage, name="stage"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/new/", sessions.new, name="new_session"),
    path("sessions/<int:session_id>/", meeting.session, name="session"),
    path("sessions/<int:session_id>/act/", meeting.act, name="session_act"),
    path("sessions/<int:session_id>/notes/", meeting.notes, name="session_notes"),
    path("sessions/<int:session_id>/cockpit/", meeting.cockpit, name="cockpit"),
    path("sessions/<int:session_id>/change/", sessions.edit, name="edit_session"),
    path("sessions/<int:session_id>/calling-off/", sessions.call_off, name="call_off_session"),
    path("sessions/<int:session_id>/session.ics", sessions.calendar, name="session_calendar"),
    path("seats/", seats.seats, name="seats"),
    path("seats/new/", seats.add_seats, name="add_seats"),
    path("sides/new/", seats.add_side, name="add_side"),
    path("seats/<int:seat_id>/", seats.seat_page, name="seat"),
    path("seats/<int:seat_id>/code/", seats.make_code, name="make_code"),
    path("seats/<int:seat_id>/card/", seats.card, name="card"),
    path("seats/<int:seat_id>/revocation/", seats.revoke, name="revoke"),
    path("seats/<int:seat_id>/removal/", seats.remove, name="remove_seat"),
    path("digest/", digest.digest, name="digest"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("disputes/new/<int:contribution_id>/", disputes.new, name="new_dispute"),
    path("disputes/<int:dispute_id>/", disputes.dispute, name="dispute"),
    path("decisions/", moderation.log, name="decisions"),
    path("moderation/", moderation.queue, name="moderation"),
    path("moderation/<int:contribution_id>/", moderation.decision, name="decision"),
]
_invitation = [
    path("", invitations.invitation, name="invitation"),
    path("without-address/", invitations.without_address, name="without_address"),
    path("refusal/", invitations.decline, name="decline"),
]
urlpatterns = [
    path("workshops/new/", opening.question, name="new"),
    path("workshops/new/method/", opening.method, name="new_method"),
    path("workshops/new/stages/", opening.stages, name="new_stages"),
    path("workshops/new/sides/", opening.people, name="new_people"),
    path("workshops/<slug:slug>/", include(_workshop)),
    path("invitations/", invitations.type_code, name="invitations"),
    path("invitations/<str:token>/", include(_invitation)),
]
