"""Django settings of the public site: no database, no sessions, no cookies, no scripts but those of the map."""

from __future__ import annotations

import mimetypes
import os
import secrets
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

PUBLIC_FOLDER_VARIABLE = "CONVIVE_PUBLIC"
"""Names the environment variable with the folder that is shown (``<observatory>/public``)."""

HOSTS_VARIABLE = "CONVIVE_ALLOWED_HOSTS"
"""Names the environment variable with further host names, separated by commas."""

HTTPS_ORIGIN_VARIABLE = "CONVIVE_HTTPS_ORIGIN"
"""Names the environment variable with the address at which a server in front speaks HTTPS, such as
``https://mesa.example.org``: then browsers are sent there and nowhere else, and its word is taken that a request came
so."""

DEBUG = False
# Nothing is signed for longer than a process lives, so a fresh key for each process is enough.
SECRET_KEY = os.environ.get("CONVIVE_SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [host.strip() for host in os.environ.get(HOSTS_VARIABLE, "").split(",") if host.strip()]

HTTPS_ORIGIN = os.environ.get(HTTPS_ORIGIN_VARIABLE, "")
if HTTPS_ORIGIN:
    ALLOWED_HOSTS += [str(urlsplit(HTTPS_ORIGIN).hostname)]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
# No form, no session: there is nothing that another site could make a browser do here.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

INSTALLED_APPS = ["django.contrib.staticfiles", "csp", "js_lib_leaflet", "convive.web.public"]
DATABASES: dict[str, object] = {}
ROOT_URLCONF = "convive.web.urls"
WSGI_APPLICATION = "convive.web.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "convive.web.headers.PermissionsPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"builtins": ["convive.web.public.templatetags.site"]},
    }
]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

USE_I18N = False  # texts stand side by side in both languages: convive.texts
USE_TZ = True
TIME_ZONE = "UTC"

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [NONE],
    }
}

for extension, content_type in {
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
}.items():
    mimetypes.add_type(content_type, extension)
