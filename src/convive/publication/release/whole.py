"""Release: from private tables to the open data of an edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from convive.committee.answer import Answer
from convive.decision.choice import choose
from convive.decision.reading import MATRIX_FILE
from convive.decision.reading import load as load_matrix
from convive.errors import LANGUAGES
from convive.evaluation.cost.told import read as read_costs
from convive.evaluation.registration import looked_through
from convive.indicators import catalogue
from convive.observatory import Observatory
from convive.publication import audit
from convive.publication.disclosure import Disclosed, disclose, rules
from convive.publication.edition import DATA, Edition
from convive.publication.release import allowed, areas
from convive.publication.release.acting import acting
from convive.publication.release.answering import answering
from convive.publication.release.choosing import choosing
from convive.publication.release.clock import clock
from convive.publication.release.costing import costing
from convive.publication.release.definitions import definitions
from convive.publication.release.evaluations import Register as EvaluationsOf
from convive.publication.release.evaluations import evaluations
from convive.publication.release.findings import findings as told_findings
from convive.publication.release.fingerprint import inputs_sha256
from convive.publication.release.labels import labels
from convive.publication.release.package import citation, seal
from convive.publication.release.patterns import patterns
from convive.publication.release.quality import quality
from convive.publication.release.rounds import rounds
from convive.publication.release.scorecard import scorecard
from convive.publication.release.sources import sources
from convive.publication.release.writing import csv_bytes, json_bytes, put, rounded
from convive.register import Register
from convive.register.quality import breaks
from convive.sources import Harmonised
from convive.strategy import read_operations
from convive.strategy.reading import load as load_plan
from convive.strategy.review import review
from convive.territory import Territory, read_landscape
from convive.texts import say
from convive.voice.reports.catalogue import read_catalogue
from convive.voice.reports.clock import Clock
from convive.voice.workshops.release import PublicRound

README = {"es": "LEAME.txt", "en": "README.txt"}


def release(
    folder: Path,
    *,
    observatory: Observatory,
    as_of: dt.date,
    figures: pl.DataFrame,
    harmonised: Harmonised,
    register: Register,
    territory: Territory,
    version: str,
    committee: Answer | None = None,
    answer_clock: Clock | None = None,
    workshops: Sequence[PublicRound] = (),
) -> None:
    """Write the open data below ``folder`` (the new ``public/``): figures after disclosure control and all that
    explains them. ``committee``: what it answers for, where there is one. ``answer_clock``: how long bodies take with
    what citizens report in the open, where they do. ``workshops``: what may be told of closed rounds.

    Equal inputs give equal bytes. Raises :class:`~convive.publication.release.allowed.NotDeclaredError` where a column
    or key would be published that nobody declared public.
    """
    data = folder / DATA
    minimum_cell = observatory.settings.publication.minimum_cell
    disclosed = disclose(figures, territory.units, minimum_cell=minimum_cell)
    _write_tables(data, disclosed.figures, areas.population(territory))
    put(data / "definitions.json", json_bytes(definitions(disclosed.figures), in_order=True))
    put(data / "classifications.json", json_bytes(labels(disclosed.figures), in_order=True))
    put(data / "sources.json", json_bytes(sources(harmonised.files, harmonised.rejects)))
    put(data / "audit.json", json_bytes(_audit(observatory, disclosed.figures)))
    put(data / "territory.geojson", json_bytes(areas.geojson(territory.editions)))
    if committee is not None:
        put(data / "committee.json", json_bytes(answering(committee)))
    names = dict(territory.units.select("code", "name").iter_rows())
    if answer_clock is not None:
        put(data / "answer_clock.json", json_bytes(clock(answer_clock, read_catalogue(observatory.voice, names))))
    if workshops:
        put(data / "workshops.json", json_bytes(rounds(workshops, names)))
    registered, unread = looked_through(observatory.registrations)
    identity = observatory.settings.observatory
    changed = tuple(breaks(harmonised.records))
    of = EvaluationsOf(register.cases, territory, identity.concept, identity.place, as_of, minimum_cell, changed)
    head = _head(observatory, as_of, version) | {
        "units": areas.units(territory),
        "breaks": areas.breaks(territory),
        "quality": quality(register.cases, minimum_cell=minimum_cell),
        "scorecard": scorecard(
            harmonised.records,
            register,
            harmonised.files["source_id"].to_list(),
            concept=observatory.settings.observatory.concept,
            minimum_cell=minimum_cell,
        ),
        "patterns": patterns(
            register.cases,
            territory,
            focus=observatory.settings.observatory.focus,
            concept=observatory.settings.observatory.concept,
            place=observatory.settings.observatory.place,
            minimum_cell=minimum_cell,
            as_of=as_of,
            operations=read_operations(observatory.operations, set(territory.units["code"])),
            map_cell=observatory.settings.publication.map_cell,
            landscape=read_landscape(observatory.territory),
        ),
        "evaluations": evaluations(of, registered),
        "evaluations_unread": [one.row for one in unread if one.code == "registration-unreadable"],
        "violence_cost": costing(read_costs(observatory.violence_costs), of, observatory.settings.observatory.focus),
        "register": _register(register),
        "disclosure": _disclosure(disclosed),
    }
    for name, tree in _strategy(observatory, disclosed.figures, as_of, territory).items():
        put(data / f"{name}.json", json_bytes(tree))
    put(data / "edition.json", json_bytes(allowed.entry("edition", head)))
    _write_readme(folder)
    seal(folder)


def _write_tables(data: Path, figures: pl.DataFrame, population: pl.DataFrame) -> None:
    told = rounded(allowed.table("figures", figures))
    put(data / "figures.csv", csv_bytes(told))
    told.write_parquet(data / "figures.parquet", compression="zstd")
    put(data / "population.csv", csv_bytes(population))


def _head(observatory: Observatory, as_of: dt.date, version: str) -> dict[str, Any]:
    identity, publication = observatory.settings.observatory, observatory.settings.publication
    return {
        "id": identity.id,
        "name": identity.name.model_dump(),
        "synthetic": identity.synthetic.model_dump() if identity.synthetic else None,
        "coverage": identity.coverage.model_dump() if identity.coverage else None,
        "focus": identity.focus,
        "compare": list(identity.compare),
        "languages": list(identity.languages),
        "as_of": as_of.isoformat(),
        "concept": identity.concept,
        "place": identity.place,
        "minimum_cell": publication.minimum_cell,
        "minimum_percent_base": publication.minimum_percent_base,
        "licence": publication.licence,
        "contact": publication.contact,
        "version": version,
        "inputs_sha256": inputs_sha256(observatory.folder),
    }


def _strategy(
    observatory: Observatory, figures: pl.DataFrame, as_of: dt.date, territory: Territory
) -> dict[str, dict[str, Any]]:
    """The choice of approach and the plan, where the city has them; the plan's figures are those that are released."""
    told = {}
    folder = observatory.strategy
    if (folder / MATRIX_FILE).is_file():
        told["choice"] = choosing(choose(load_matrix(folder)))
    plan = load_plan(folder, units=set(territory.units["code"]), indicators=catalogue())
    if plan is not None:
        told["plan"] = acting(review(folder, plan, figures, as_of=as_of))
    return told


def _audit(observatory: Observatory, figures: pl.DataFrame) -> list[dict[str, Any]]:
    """Claims recomputed from the public figures alone: from the private ones a claim could ask for a suppressed
    count."""
    if not observatory.claims.exists():
        return []
    return told_findings(audit.check(observatory.claims, figures))


def _register(register: Register) -> dict[str, Any]:
    """How records became cases, in counts."""
    cases, summary = register.cases, register.summary
    status = cases["status"].cast(pl.String)
    told = {
        "records": summary.records,
        "cases": summary.cases,
        "matched": int((status == "matched").sum()),
        "draft": int((status == "draft").sum()),
        "incidents": cases["incident_id"].n_unique(),
        "joined_by": dict(summary.joined_by),
    }
    return allowed.entry("register", told)


def _disclosure(disclosed: Disclosed) -> dict[str, Any]:
    told = rules()
    return {
        "rules_version": told.version,
        "reason": dict(told.reason),
        "released": disclosed.released,
        "suppressed": disclosed.suppressed,
        "left_out": dict(disclosed.left_out),
    }


def _write_readme(folder: Path) -> None:
    edition = Edition.load(folder)
    for language in LANGUAGES:
        name = edition.name[language]
        text = say(
            "release.readme",
            language,
            name=name,
            rule="=" * len(name),
            about=say("release.about", language, name=name, as_of=edition.as_of.isoformat()),
            notice="".join(f"\n{told[language]}\n" for told in (edition.synthetic, edition.coverage) if told),
            minimum_cell=str(edition.minimum_cell),
            licence=edition.licence,
            citation=citation(edition, language),
            contact=edition.contact or "–",
            inputs=edition.inputs_sha256,
        )
        put(folder / README[language], (text.strip() + "\n").encode())
