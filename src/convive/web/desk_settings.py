"""Django settings of a custodian's desk: one person on their own machine, no database, nothing written."""

from __future__ import annotations

import secrets

from csp.constants import NONE, SELF

from convive.web.settings import *  # noqa: F403 - the frame of the public site
from convive.web.settings import CONTENT_SECURITY_POLICY, MIDDLEWARE

SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
INSTALLED_APPS = ["django.contrib.staticfiles", "csp", "convive.web.public", "convive.web.citizen", "convive.web.desk"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "convive.web.desk.urls"
WSGI_APPLICATION = "convive.web.desk.wsgi.application"
MIDDLEWARE = [
    "convive.web.desk.middleware.NothingKept",
    *(name for name in MIDDLEWARE if "GZip" not in name and "ConditionalGet" not in name),
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"form-action": [SELF], "script-src": [NONE]}
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 60_000_000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"nowhere": {"class": "logging.NullHandler"}},
    "loggers": {"django": {"handlers": ["nowhere"], "level": "CRITICAL", "propagate": False}},
    "root": {"handlers": ["nowhere"], "level": "CRITICAL"},
}
