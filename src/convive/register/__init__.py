"""The register: records become cases, one a victim."""

from convive.register.cases import Register, Summary, build_register
from convive.register.fuse import precedence
from convive.register.people import placeholders

__all__ = ["Register", "Summary", "build_register", "placeholders", "precedence"]
