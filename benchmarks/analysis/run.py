"""Every benchmark of the analysis, one after the other, each beside its peer, with its goal.

    python benchmarks/analysis/run.py [name …]

Names: near_repeat local_statistics density scan points_in_polygons network_density alarms growth (all by default).
Peers: pointpats, esda, KDEpy, scikit-learn, GeoPandas (the development group), R with spatstat.linnet and surveillance
(Debian). The last column of each table is the goal's measure: the ratio to the peer, or seconds; ``growth`` is how much
slower an event becomes when there are more of them (1 is linear).
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from pathlib import Path

GOALS = {
    "near_repeat": "Knox >= 20×; table of 1,000 events < 1 s and >= 50×; 100,000 events < 60 s",
    "local_statistics": "local Moran and Gi* of 100,000 cells >= 10×",
    "density": "1 million points on 1 million cells >= 20×, error < 1e-3 of the maximum",
    "scan": "10,000 events on 4,225 cells, 999 replications < 120 s",
    "points_in_polygons": "10 million points, 1,834 districts >= 2×",
    "network_density": "20,000 segments and events < 10 s; >= 20× on the 116 of Chicago",
    "alarms": "no goal; beside R's surveillance",
    "growth": "time no faster than n log n, memory linear, second start free",
}


def main(names: list[str]) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    sys.argv[1:] = []
    for name in names or GOALS:
        print(f"\n=== {name}: {GOALS[name]}", flush=True)
        began = time.perf_counter()
        try:
            importlib.import_module(name).main()
        except (ImportError, FileNotFoundError, subprocess.CalledProcessError) as missing:
            said = (getattr(missing, "stderr", None) or str(missing)).strip()
            print(f"not run: {said}", flush=True)
        print(f"--- {time.perf_counter() - began:.0f} s in all", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:].copy())
