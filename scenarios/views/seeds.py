from django.http import Http404, HttpRequest, HttpResponse


def seeds(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def sow(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def seed(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404
