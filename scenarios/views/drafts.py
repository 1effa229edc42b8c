from django.http import Http404, HttpRequest, HttpResponse


def scenario(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def draft(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def history(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def version(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404
