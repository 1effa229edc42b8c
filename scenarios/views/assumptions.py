from django.http import Http404, HttpRequest, HttpResponse


def assumptions(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def propose(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def assumption(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def respond(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def withdraw(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404
