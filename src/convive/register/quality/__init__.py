"""How good the register is, told criterion by criterion."""

from convive.register.quality.breaks import Break, breaks
from convive.register.quality.criteria import Criterion, criteria
from convive.register.quality.sources import Agreement, SourceQuality, agreement, sources

__all__ = ["Agreement", "Break", "Criterion", "SourceQuality", "agreement", "breaks", "criteria", "sources"]
