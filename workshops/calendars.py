"""A session as a calendar file, in its reader's own time zone."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from participants.emails import absolute
from participants.models import Participant, zone_of
from workshops.models import Session


def calendar_file(session: Session, reader: Participant) -> bytes:
    """Whoever asked for neutral mail gets a neutral entry too: calendars are synchronised and shown to others."""
    zone = zone_of(reader)
    neutral = reader.mail == Participant.Mail.NEUTRAL
    event = Event()
    event.add("uid", f"session-{session.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", session.revision)
    event.add("dtstamp", session.changed_at)
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if session.cancelled_at else "CONFIRMED")
    event.add("summary", _("A meeting") if neutral else session.title)
    if not neutral:
        address = reverse("workshops:session", args=[session.workshop.slug, session.pk])
        event.add("url", absolute(address))
        lines = [f"{item.minutes} {item.title}" for item in session.agenda.all()]
        event.add("description", "\n".join(lines))
    calendar = Calendar()
    calendar.add("prodid", "-//Flamingo//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
