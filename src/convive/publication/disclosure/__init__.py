"""Disclosure control: what of the figures may be seen. See ``docs/disclosure.md``."""

from convive.publication.disclosure.control import Disclosed, disclose
from convive.publication.disclosure.rules import Rules, rules

__all__ = ["Disclosed", "Rules", "disclose", "rules"]
