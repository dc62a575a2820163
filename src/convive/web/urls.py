"""The addresses of the site: a page in each language, and the files beside them."""

from __future__ import annotations

from django.urls import path, re_path

from convive.errors import LANGUAGES
from convive.publication.pages import addresses
from convive.web.public import views

BESIDE = ("datapackage.json", "CHECKSUMS.sha256", "README.txt", "LEAME.txt")
"""What explains the open data, beside the pages."""

handler404 = "convive.web.public.views.not_found"

urlpatterns = [
    path(f"{addresses.folder(name, language)}{end}", views.page, {"name": name, "language": language})
    for language in LANGUAGES
    for name in addresses.NAMES
    for end in ("", "index.html")
]
urlpatterns += [
    path(f"{addresses.folder('evaluations', language)}<slug:item>/{end}", views.measure, {"language": language})
    for language in LANGUAGES
    for end in ("", "index.html")
]
urlpatterns += [
    re_path(r"^(?P<path>(?:data|charts)/.+)$", views.published_file),
    *(path(name, views.published_file, {"path": name}) for name in BESIDE),
]
