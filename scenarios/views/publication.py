from django.http import Http404, HttpRequest, HttpResponse


def report(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def report_markdown(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def report_json(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def release(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404
