"""Django settings of the citizens' side: reports, without account, cookie, session, script or logged address.

A process of its own beside the office. What a person sends is in memory alone until it is sealed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

from convive.voice.limits import limits
from convive.web.database import database
from convive.web.settings import *  # noqa: F403 - the frame of the public site
from convive.web.settings import CONTENT_SECURITY_POLICY, MIDDLEWARE

OBSERVATORY_VARIABLE = "CONVIVE_OBSERVATORY"

FOLDER = Path(os.environ[OBSERVATORY_VARIABLE])
VOICE = FOLDER / "voice"
LIMITS = limits(VOICE)
SECRET_KEY = secrets.token_urlsafe(50)  # nothing is signed for longer than the process lives

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "js_lib_leaflet",
    "convive.web.public",
    "convive.web.journal",
    "convive.web.citizen",
    "convive.web.reports",
]
DATABASES = {"default": database(FOLDER)}
if "init_command" in DATABASES["default"].get("OPTIONS", {}):
    # A receipt that was shown must survive even a power cut; what is withdrawn is overwritten, not only unlinked; and
    # what SQLite would spill to a temporary file stays in memory.
    DATABASES["default"]["OPTIONS"]["init_command"] += (
        "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "convive.web.citizen_urls"
WSGI_APPLICATION = "convive.web.citizen_wsgi.application"

MIDDLEWARE = [
    "convive.web.citizen.middleware.Quiet",
    # Secrets and compression do not go together (BREACH); nothing is cached, so there is nothing conditional.
    *(name for name in MIDDLEWARE if "GZip" not in name and "ConditionalGet" not in name),
    "convive.web.citizen.middleware.NotTooMuch",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"builtins": ["convive.web.public.templatetags.site"]},
    }
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"form-action": [SELF], "script-src": [NONE]}
}

# Uploads are kept in memory alone, and no larger than what may be sent at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = LIMITS.request.bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# Django's loggers name addresses and print values; here none of them speaks.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {
        "nowhere": {"class": "logging.NullHandler"},
        "standard_error": {"class": "convive.web.citizen.standard_error.StandardError"},
    },
    "loggers": {
        "django": {"handlers": ["nowhere"], "level": "CRITICAL", "propagate": False},
        "convive.citizen": {"handlers": ["standard_error"], "level": "ERROR", "propagate": False},
    },
    "root": {"handlers": ["nowhere"], "level": "CRITICAL"},
}
