"""Whether web, database and worker live: /healthz."""

import time

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

WORKER_KEY = "flamingo:worker-alive"
WORKER_SILENT_AFTER = 45  # seconds; the beat is every 10


def worker_is_alive() -> None:
    cache.set(WORKER_KEY, time.time(), timeout=None)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    parts = {"web": True, "database": _database_answers(), "worker": _worker_answers()}
    healthy = all(parts.values())
    return JsonResponse({"ok": healthy} | parts, status=200 if healthy else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever is wrong with it, the answer is no
        return False
    return True


def _worker_answers() -> bool:
    try:
        seen = cache.get(WORKER_KEY)
    except Exception:  # the cache is the worker's voice: without it we know of none
        return False
    return seen is not None and time.time() - seen < WORKER_SILENT_AFTER
