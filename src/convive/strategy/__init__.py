"""What the city does about it: its plan in stages, how far that has come by its evidence, and its operations."""

from convive.strategy.operations import Operation, read_operations

__all__ = ["Operation", "read_operations"]
