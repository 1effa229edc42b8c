import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (needs the app registry)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from config.frontdoor import ask_to_come_back, limit_bodies  # noqa: E402
from scenarios.exchanges import Exchanges  # noqa: E402
from scenarios.routing import websocket_urlpatterns  # noqa: E402

sockets = ask_to_come_back(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
exchanges = Exchanges(sockets, otherwise=django_application, prefix="/ws/")
application = ProtocolTypeRouter({"http": limit_bodies(exchanges), "websocket": sockets})
