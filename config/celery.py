import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("flamingo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "worker-alive": {"task": "config.alive", "schedule": 10},
    "post": {"task": "participants.sweep", "schedule": 10, "options": {"expires": 10}},
    "drafts": {"task": "scenarios.tend_drafts", "schedule": 300, "options": {"expires": 300}},
    "digests": {"task": "workshops.digests", "schedule": 300},
    "reminders": {"task": "workshops.reminders", "schedule": 60, "options": {"expires": 60}},
    "forget": {"task": "participants.forget", "schedule": 24 * 60 * 60},
}
