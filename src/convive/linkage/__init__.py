"""Linkage: which records tell of one death, with a probability and the reasons for it."""

from convive.linkage.clusters import components, refused
from convive.linkage.nobody import identity_keys, nobody
from convive.linkage.notices import nameless_sources

__all__ = ["components", "identity_keys", "nameless_sources", "nobody", "refused"]
