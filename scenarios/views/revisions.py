from django.http import Http404, HttpRequest, HttpResponse


def submit(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404


def revision(request: HttpRequest, slug: str, **numbers: int) -> HttpResponse:
    raise Http404
