from celery import shared_task

from scenarios.live import upkeep


@shared_task(name="scenarios.tend_drafts")
def tend_drafts() -> None:
    upkeep.tend_all()
