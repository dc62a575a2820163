"""The API's addresses, within the office's. No answer is kept by whoever passes it on."""

from __future__ import annotations

from django.urls import URLPattern
from django.views.decorators.cache import never_cache

from convive.web.office.api.operations import GUARDED, api


def _guarded(pattern: URLPattern) -> URLPattern:
    """The pattern whose view says which permission it asks for, as those of pages do."""
    view = never_cache(pattern.callback)
    view.permission = GUARDED.get(str(pattern.name))  # type: ignore[attr-defined]
    pattern.callback = view
    return pattern


_patterns, app_name, _ = api.urls
urlpatterns = [_guarded(one) for one in _patterns if isinstance(one, URLPattern)]
