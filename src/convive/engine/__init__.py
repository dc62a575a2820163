"""Where the work of a build is done: in this process, or on a cluster.

A room that has much to do asks the engine to do it and does not know which one it is. Every engine runs the same
functions on the same rows, so that all give the same register and the same figures.
"""

from convive.engine.local import LocalEngine
from convive.engine.protocols import Database, Engine

__all__ = ["Database", "Engine", "LocalEngine"]
