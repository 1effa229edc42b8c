from celery import shared_task

from workshops import digests, reminders


@shared_task(name="workshops.digests")
def queue_digests() -> None:
    digests.queue_due()


@shared_task(name="workshops.reminders")
def queue_reminders() -> None:
    reminders.queue_due()
