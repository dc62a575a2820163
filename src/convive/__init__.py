"""Convive: the citizen-security observatory that a city runs on one laptop."""

__version__ = "0.1.0"
