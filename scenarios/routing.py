from typing import Any

from django.urls import path, re_path

import workshops.routing
from scenarios.consumers import DraftConsumer, NoSuchSocket

# The stubs know no path to a socket.
websocket_urlpatterns: list[Any] = [
    *workshops.routing.websocket_urlpatterns,
    path("ws/drafts/<int:draft_id>/", DraftConsumer.as_asgi()),  # type: ignore[arg-type]
    re_path("", NoSuchSocket.as_asgi()),  # type: ignore[arg-type]
]
