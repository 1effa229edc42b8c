from typing import Any

from django.urls import path

from workshops.consumers import SessionConsumer

# The stubs know no path to a socket.
websocket_urlpatterns: list[Any] = [
    path("ws/sessions/<int:session_id>/", SessionConsumer.as_asgi()),  # type: ignore[arg-type]
]
