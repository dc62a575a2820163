"""The register: records become cases, one a victim."""

from convive.register.cases import FindsLinks, Register, Summary, build_register
from convive.register.people import placeholders
from convive.register.precedence import Precedence, city_precedence

__all__ = [
    "FindsLinks",
    "Precedence",
    "Register",
    "Summary",
    "build_register",
    "city_precedence",
    "placeholders",
]
