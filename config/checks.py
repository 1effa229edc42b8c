"""Refuses set-ups that are scaled out only half."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from config import env as environment


@register()
def scaled_out_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    env = environment.read()
    problems: list[CheckMessage] = []
    if env.redis_url and not env.database_url:
        problems.append(
            Error(
                "REDIS_URL is set without DATABASE_URL.",
                hint="Several processes cannot share SQLite: set DATABASE_URL to PostgreSQL.",
                id="flamingo.E001",
            )
        )
    if env.database_url and not env.email_url:
        problems.append(
            Error(
                "DATABASE_URL is set without EMAIL_URL.",
                hint="The local outbox page is for one machine only: set EMAIL_URL.",
                id="flamingo.E002",
            )
        )
    return problems
