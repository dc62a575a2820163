"""Which way to go: a matrix of approaches and criteria, how firm its winner is, and who sees it otherwise.

Methods take arrays and small dataclasses; only :mod:`convive.decision.reading` knows files. Scores are *oriented* where
a method says so: multiplied by the sign of their criterion, so that more is always better.
"""
