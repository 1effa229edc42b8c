from celery import shared_task

from config import health


@shared_task(name="config.alive")
def alive() -> None:
    health.worker_is_alive()
