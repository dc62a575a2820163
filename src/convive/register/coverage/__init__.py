"""Coverage: how many deaths no institution saw (capture–recapture)."""

from convive.register.coverage.estimate import Coverage, Model, Refusal, coverage
from convive.register.coverage.histories import histories

__all__ = ["Coverage", "Model", "Refusal", "coverage", "histories"]
