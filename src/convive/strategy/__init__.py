"""What the city does about it: its operations, each with the places it is compared with."""

from convive.strategy.operations import Operation, read_operations

__all__ = ["Operation", "read_operations"]
