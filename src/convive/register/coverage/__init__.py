"""Coverage: how many deaths no institution saw (capture–recapture)."""

from convive.register.coverage.estimate import Coverage, Missed, Model, Refusal, between, coverage
from convive.register.coverage.histories import histories, shared_years, within

__all__ = ["Coverage", "Missed", "Model", "Refusal", "between", "coverage", "histories", "shared_years", "within"]
