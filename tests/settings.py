"""The project's own settings, made quick and kept apart: nothing a test does reaches a developer's data.

Without TEST_DATABASE_URL and TEST_REDIS_URL (scripts/test.py sets them) tests run embedded, on SQLite.
"""

import atexit
import os
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path

from config.env import Env

_folder = Path(tempfile.mkdtemp(prefix="flamingo-test-"))
(_folder / "static").mkdir()
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

for _item in fields(Env):
    os.environ.pop(_item.metadata["name"], None)
os.environ["FLAMINGO_DATA_DIR"] = str(_folder)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    os.environ["REDIS_URL"] = os.environ["TEST_REDIS_URL"]
    os.environ["EMAIL_URL"] = "smtp://127.0.0.1:25"  # the tests' mail goes to a list
    os.environ["SECRET_KEY"] = "a key for tests " * 4

from config.settings import *  # noqa: E402, F403
from config.settings import CHANNEL_LAYERS, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in earnest: what threads see of each other in memory is not what they see on disk.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
else:
    CHANNEL_LAYERS = {
        "default": CHANNEL_LAYERS["default"]
        | {"CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": "tests"}}
    }
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
