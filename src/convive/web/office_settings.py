"""Django settings of the office: signed-in people, the private zone, a database of its own.

It is never served with the public site.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from convive.voice.limits import limits
from convive.web.database import database
from convive.web.settings import *  # noqa: F403 - the office is the public site's frame and more
from convive.web.settings import CONTENT_SECURITY_POLICY, HTTPS_ORIGIN, MIDDLEWARE

OBSERVATORY_VARIABLE = "CONVIVE_OBSERVATORY"
"""Names the environment variable with the observatory's folder."""

KEY_FILE = ".office-key"


def _key(folder: Path) -> str:
    """The key that signs sessions: made once for an observatory, readable by its owner alone."""
    path = folder / KEY_FILE
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text("utf-8")


FOLDER = Path(os.environ[OBSERVATORY_VARIABLE])
SECRET_KEY = _key(FOLDER)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "convive.web.public",
    "convive.web.journal",
    "convive.web.committee",
    "convive.web.office",
    "convive.web.reports",
    "convive.web.citizen",
    "convive.web.custody",
]
DATABASES = {"default": database(FOLDER)}
LIMITS = limits(FOLDER / "voice")
if HTTPS_ORIGIN:
    CSRF_TRUSTED_ORIGINS = [HTTPS_ORIGIN]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# Axes would lock by address too; the people of one office share one, and whoever mistypes must not lock out the others.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "convive.web.office.urls"
WSGI_APPLICATION = "convive.web.office_wsgi.application"
OFFICE_REQUEST_BYTES = FILE_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never a file in /tmp
MIDDLEWARE = [
    "convive.web.office.limits.RequestLimit",
    *(name for name in MIDDLEWARE if "GZip" not in name),  # secrets and compression do not go together (BREACH)
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "convive.web.office.limits.TextLimit",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "convive.web.office.limits.SessionLimit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["convive.web.public.templatetags.site"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "convive.web.office.guard.allowed",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
OTP_TOTP_ISSUER = "Convive"
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 1  # wrong codes: wait 1, 2, 4 … seconds
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_VERBOSE = False

SECURE_REFERRER_POLICY = "same-origin"  # with none at all, browsers send forms with a null origin, which is refused
CSRF_FAILURE_VIEW = "convive.web.office.views.refused"

LOGIN_URL = "office:enter"
SESSION_COOKIE_NAME = "convive_office"
SESSION_COOKIE_AGE = 30 * 60  # without a request; noted by SessionLimit, once a minute
SESSION_ABSOLUTE_AGE_S = 8 * 3600  # from signing in, whatever is done
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"]
    | {name: ["'self'"] for name in ("connect-src", "form-action", "script-src")}
}
