from django.conf import settings
from django.http import HttpRequest


def flamingo(request: HttpRequest) -> dict[str, object]:
    return {"EMBEDDED": settings.EMBEDDED, "DEMO": settings.DEMO, "SOURCE_URL": settings.SOURCE_URL}
