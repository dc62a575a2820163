"""The register: records become cases, one a victim."""

from convive.register.cases import FindsLinks, Register, Summary, build_register
from convive.register.fuse import precedence
from convive.register.people import placeholders

__all__ = ["FindsLinks", "Register", "Summary", "build_register", "placeholders", "precedence"]
