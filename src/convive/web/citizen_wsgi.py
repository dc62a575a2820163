"""The citizens' side as a WSGI server runs it: the application, and the clock that releases what came."""

from __future__ import annotations

from convive.web.citizen import hours
from convive.web.citizen.application import application

__all__ = ["application"]

hours.keep()
