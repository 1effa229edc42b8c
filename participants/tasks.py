from celery import shared_task
from django.core.management import call_command

from participants import post


@shared_task(name="participants.deliver", ignore_result=True)
def deliver(delivery_id: int) -> None:
    post.deliver(delivery_id)


@shared_task(name="participants.sweep", ignore_result=True)
def sweep() -> None:
    post.sweep()


@shared_task(name="participants.forget", ignore_result=True)
def forget() -> None:
    """Expired sessions hold what people typed while signing in."""
    call_command("clearsessions")
