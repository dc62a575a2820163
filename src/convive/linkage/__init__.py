"""Linkage: which records tell of one death, with a probability and the reasons for it."""

from convive.linkage.clusters import components, refused
from convive.linkage.fillers import of_a_form, of_many
from convive.linkage.nobody import identity_keys, nobody
from convive.linkage.notices import copies, fillers, nameless_sources

__all__ = [
    "components",
    "copies",
    "fillers",
    "identity_keys",
    "nameless_sources",
    "nobody",
    "of_a_form",
    "of_many",
    "refused",
]
