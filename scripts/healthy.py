"""Ends with 0 if the web process beside it finds itself, the database and the worker alive. For containers."""

import os
import urllib.request
from urllib.parse import urlsplit

site = urlsplit(os.environ.get("SITE_URL", "http://127.0.0.1:8000"))
# Asked here, under the name that people use: no other is answered.
request = urllib.request.Request(
    "http://127.0.0.1:8000/healthz",
    headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme},
)
urllib.request.urlopen(request, timeout=5)
