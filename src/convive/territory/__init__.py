"""Where things happen: units and their tree, boundaries, population and its breaks, and the names that people give to
places.
"""

from convive.territory.boundaries import Boundaries
from convive.territory.breaks import beyond_breaks
from convive.territory.landscape import Landscape, read_landscape
from convive.territory.territory import Territory

__all__ = ["Boundaries", "Landscape", "Territory", "beyond_breaks", "read_landscape"]
