from typing import Any

from django.urls import path

from scenarios.consumers import DraftConsumer

# The stubs know no path to a socket.
websocket_urlpatterns: list[Any] = [
    path("ws/drafts/<int:draft_id>/", DraftConsumer.as_asgi()),  # type: ignore[arg-type]
]
