"""pyfixest, csdid and differences beside ours: castle doctrine and homicide in 50 states, 2000–2010."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pyfixest
from beside import beside
from csdid.att_gt import ATTgt
from differences import ATTgt as Differences
from truth import castle

from convive.evaluation.designs.difference_in_differences import clustered, fit
from convive.evaluation.designs.staggered_adoption import staggered_adoption

CASTLE = castle()
Found = TypeVar("Found")


def main() -> None:
    two_way()
    adoption()


def two_way() -> None:
    counts, people, law = CASTLE.counts, CASTLE.people, CASTLE.law
    # The peer counts as coefficients the law and the years; states lie within the clusters.
    parameters = 1 + counts.shape[1]

    def ours() -> dict[str, float]:
        found = fit(counts, people, law)
        error = clustered(counts, found)
        return {"log rate ratio": found.effect, "clustered error": error} | {
            "clustered error x (N-1)/(N-k)": clustered(counts, found, parameters=parameters)
        }

    def theirs() -> dict[str, float]:
        found = pyfixest.fepois("deaths ~ post | sid + year", CASTLE.table, vcov={"CRV1": "sid"}, offset="logpop")
        error = float(found.se()["post"])
        return {"log rate ratio": float(found.coef()["post"]), "clustered error": error} | {
            "clustered error x (N-1)/(N-k)": error
        }

    beside("Poisson with state and year effects", "pyfixest", ours, theirs)


def adoption() -> None:
    """Callaway & Sant'Anna: all cohorts and years after, homicides per 100,000."""
    made = CASTLE.adopted()
    began = CASTLE.table.sid.map(CASTLE.began)
    table = CASTLE.table.assign(rate=(1e5 * CASTLE.counts / CASTLE.people).ravel(), first=began.fillna(0))

    def ours() -> dict[str, float]:
        found = staggered_adoption(made, small_sample=False).effect
        return {"rate difference": found.estimate, "error": (found.high - found.low) / 2 / 1.959964}

    def fitted() -> Any:
        return ATTgt(
            yname="rate", tname="year", idname="sid", gname="first", data=table, control_group="nevertreated"
        ).fit(est_method="reg", bstrap=False)

    def csdid() -> dict[str, float]:
        found = fitted().aggte(typec="simple", bstrap=False, cband=False).atte
        return {"rate difference": float(found["overall_att"]), "error": float(np.squeeze(found["overall_se"]))}

    beside("Callaway-Sant'Anna", "csdid", ours, lambda: quietly(csdid))
    # The peers also count the chance in how many states each cohort happens to have; ours takes their number as given.
    cells = quietly(fitted).MP
    cohort, year = np.asarray(cells["group"]), np.asarray(cells["t"])
    share = np.array([(CASTLE.began == one).sum() for one in cohort]) * (year >= cohort)
    influence = np.asarray(cells["inffunc"]["inffunc"]) @ (share / share.sum())
    given = float(np.sqrt(influence @ influence)) / len(influence)
    print(f"  error by csdid's influences, cohorts given: {given:.6f}, apart {abs(given - ours()['error']):.1e}")
    differ = table.assign(first=began).set_index(["sid", "year"])

    def differences() -> dict[str, float]:
        peer = Differences(data=differ, cohort_column="first")
        peer.fit(formula="rate", est_method="reg", control_group="never_treated", progress_bar=False)
        found = peer.aggregate("simple")
        return {"rate difference": float(found.iloc[0, 0]), "error": float(found.iloc[0, 1])}

    beside("Callaway-Sant'Anna", "differences", ours, lambda: quietly(differences))


def quietly(run: Callable[[], Found]) -> Found:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        return run()
