"""A point becomes the cell that holds it before anything is kept: who reads the cell never learns the point."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from convive.errors import Problem, VoiceError
from convive.territory.metres import A_DEGREE

_PAIR = re.compile(r"\s*([-−]?\d{1,2}(?:\.\d+)?)\s*°?\s*[,;\s]\s*([-−]?\d{1,3}(?:\.\d+)?)\s*°?\s*")


@dataclass(frozen=True)
class Cell:
    """A square of ``size`` metres by its middle, in degrees."""

    latitude: float
    longitude: float
    size: int

    def __str__(self) -> str:
        return f"{self.latitude:.4f}, {self.longitude:.4f} (± {self.size // 2} m)"


def cell_of(text: str, size: int) -> Cell | None:
    """The cell of ``latitude, longitude``; None for a blank. Raises :class:`VoiceError` for anything else."""
    if not text.strip():
        return None
    found = _PAIR.fullmatch(text)
    if found is None:
        raise VoiceError(Problem("place-illegible", column="point"))
    latitude, longitude = (float(part.replace("−", "-")) for part in found.groups())
    if abs(latitude) > 85 or abs(longitude) > 180:
        raise VoiceError(Problem("place-illegible", column="point"))
    return coarse(latitude, longitude, size)


def coarse(latitude: float, longitude: float, size: int) -> Cell:
    """The cell of a grid that is the same for all: rows of ``size`` metres from the equator, columns within them."""
    row = math.floor(latitude * A_DEGREE / size)
    middle = (row + 0.5) * size / A_DEGREE
    a_degree_east = A_DEGREE * math.cos(math.radians(middle))
    column = math.floor(longitude * a_degree_east / size)
    return Cell(round(middle, 5), round((column + 0.5) * size / a_degree_east, 5), size)
