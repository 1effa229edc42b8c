from django.http import Http404, HttpRequest, HttpResponse


def board(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def add(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def logic(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def edit(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404
