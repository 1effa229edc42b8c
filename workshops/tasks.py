from celery import shared_task

from workshops import digests


@shared_task(name="workshops.digests")
def queue_digests() -> None:
    digests.queue_due()
