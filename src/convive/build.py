"""The way of the data as one readable function: received files go in, an honest observatory comes out.

A build is a pure function of what lies in the observatory's folder: the same files, settings and version of Convive
give the same bytes. The clock is never asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from rapidfuzz import process

from convive import __version__
from convive.committee.answer import Answer, answer
from convive.committee.records import read as read_committee
from convive.decision import reading as matrix
from convive.engine import Engine, LocalEngine
from convive.errors import BuildError, Findings, ObservatoryError, Problem
from convive.evaluation import registration as registrations
from convive.evaluation.cost import told as violence_costs
from convive.indicators import catalogue, measure, refuse_unknown
from convive.keeping import Keeper
from convive.linkage import copies, fillers, nameless_sources
from convive.observatory import SETTINGS_FILE, LinkageRules, Observatory
from convive.progress import Progress, Silent
from convive.publication import audit
from convive.register import FindsLinks, Precedence, Register, build_register, city_precedence
from convive.register.ledger import Ledger, applied
from convive.register.ledger import read as read_ledger
from convive.register.quality import breaks
from convive.sources import Harmonised, newest_delivery, read_sources
from convive.staging import RESULTS, stage
from convive.strategy import decisions as gate_decisions
from convive.strategy import evidence
from convive.strategy import reading as plans
from convive.territory import Territory

if TYPE_CHECKING:
    from convive.publication.release.evaluations import Register as Counted
    from convive.publication.site import RenderPages
    from convive.voice.reports.clock import Clock
    from convive.voice.workshops.release import PublicRound


@dataclass(frozen=True)
class Inspection:
    """What a look at everything received found, with nothing built."""

    problems: list[Problem]
    rejects: pl.DataFrame
    files: int
    rows: int

    @property
    def rows_rejected(self) -> int:
        return _rows_rejected(self.rejects)

    @property
    def values_rejected(self) -> int:
        return _values_rejected(self.rejects)


@dataclass(frozen=True)
class Built:
    """What a build made, in numbers for whoever asked for it."""

    files: int
    rows: int
    records: int
    rows_rejected: int
    values_rejected: int
    aggregates: int
    cases: int
    figures: int
    notices: int
    claims_differing: int


def build(
    observatory: Observatory,
    *,
    render_pages: RenderPages | None = None,
    publish: bool = True,
    progress: Progress | None = None,
    engine: Engine | None = None,
    committee: Answer | None = None,
    answer_clock: Clock | None = None,
    workshops: Sequence[PublicRound] = (),
) -> Built:
    """Build ``observatory``: its private tables, its open data and, where ``render_pages`` is given, its site.

    ``render_pages`` turns what may be seen into pages; it is handed in because the domain knows nothing of the web.
    With ``publish`` false only the private tables are built and what was public stays as it was. ``engine`` is where
    files are read, records linked and deaths counted; what comes out is the same. ``committee`` is what the committee
    answers for, handed in by whoever can ask the office's database; without it, what stands in ``committee/``. So is
    ``answer_clock``, how long bodies take with open reports, and ``workshops``, what may be told of closed rounds;
    without them nothing is published of that.

    Raises :class:`~convive.errors.Findings` where the input does not allow a build; the former result then stays whole.
    """
    progress, engine = progress or Silent(), engine or LocalEngine()
    settings = observatory.settings
    results = RESULTS if publish else ("private",)
    with stage(observatory.folder, results) as building, Keeper(building / "private") as keeper:
        progress.start("build.territory")
        territory = _territory(observatory)
        as_of, believed = cut_off(observatory), _believed(observatory)
        harmonised = read_sources(observatory, territory, as_of=as_of, progress=progress, engine=engine)
        keeper.keep(records=harmonised.records, rejects=harmonised.rejects)
        keeper.keep(aggregates=harmonised.aggregates, files=harmonised.files)

        progress.start("build.register")
        find_links = _find_links(settings.linkage, territory, engine)
        register = build_register(harmonised.records, find_links, _ledger(observatory), believed)
        keeper.keep(cases=register.cases, case_records=register.case_records)
        keeper.keep(case_values=register.values, links=register.links)

        progress.start("build.figures")
        figures = measure(
            register.cases,
            harmonised.aggregates,
            territory,
            concept=settings.observatory.concept,
            as_of=as_of,
            place=settings.observatory.place,
            covers=harmonised.covers,
            engine=engine,
        )
        keeper.keep(figures=figures)
        findings = audit.check(observatory.claims, figures) if observatory.claims.exists() else []

        progress.start("build.private")
        keeper.finish()

        if publish:
            from convive.publication.release.whole import release  # disclosure control is heavy to import

            progress.start("build.release")
            release(
                building / "public",
                observatory=observatory,
                as_of=as_of,
                figures=figures,
                harmonised=harmonised,
                register=register,
                territory=territory,
                version=__version__,
                committee=committee or _committee(observatory),
                answer_clock=answer_clock,
                workshops=workshops,
            )
        if publish and render_pages is not None:
            from convive.publication.edition import Edition  # and so are charts
            from convive.publication.site import write_site

            write_site(building / "public", Edition.load(building / "public"), render_pages, progress=progress)
    return _summary(territory, harmonised, register, figures, findings, len(_left_out(observatory)))


def inspect(observatory: Observatory, *, progress: Progress | None = None) -> Inspection:
    """Read and validate everything that a build would read; write nothing.

    Problems that would stop a build are listed instead of raised, so that one look tells them all.
    """
    progress = progress or Silent()
    progress.start("build.territory")
    try:
        territory, _ = _territory(observatory), _believed(observatory)
        harmonised = read_sources(observatory, territory, as_of=cut_off(observatory), progress=progress)
        refuse_unknown(harmonised.aggregates)
        decided = _in_folder(applied(harmonised.records, _ledger(observatory)).problems, observatory.decisions)
        if observatory.claims.exists():
            audit.load(observatory.claims)
        decided += _strategy_problems(observatory, territory)
    except Findings as found:
        return Inspection(list(found.problems), pl.DataFrame(), files=0, rows=0)
    return Inspection(
        [*_notices(territory, harmonised), *decided],
        harmonised.rejects,
        files=harmonised.files.height,
        rows=int(harmonised.files["rows"].sum()),
    )


def cut_off(observatory: Observatory) -> dt.date:
    """The date up to which the data go: what the settings say, else the newest delivery. Later is future."""
    as_of = observatory.settings.observatory.as_of or newest_delivery(observatory)
    if as_of is None:
        raise ObservatoryError(Problem("as-of-missing", file="observatory.toml"))
    return as_of


def counted(observatory: Observatory) -> Counted:
    """What evaluations look at, from the private tables of the last build.

    Raises :class:`~convive.errors.BuildError` where nothing was built.
    """
    from convive.publication.release.evaluations import Register as Counted  # the designs are heavy to import

    if not (observatory.private / "cases.parquet").exists():
        raise BuildError(Problem("not-built", file=str(observatory.folder)))
    identity, records = observatory.settings.observatory, observatory.private / "records.parquet"
    return Counted(
        pl.read_parquet(observatory.private / "cases.parquet", glob=False),
        Territory.load(observatory.territory),
        identity.concept,
        identity.place,
        cut_off(observatory),
        observatory.settings.publication.minimum_cell,
        tuple(breaks(pl.read_parquet(records, glob=False))) if records.exists() else (),
    )


def _committee(observatory: Observatory) -> Answer | None:
    told = read_committee(observatory.folder)
    return answer(told) if told else None


def _territory(observatory: Observatory) -> Territory:
    """The territory; raises :class:`ObservatoryError` where it lacks a unit that the settings speak of."""
    territory, about = Territory.load(observatory.territory), observatory.settings.observatory
    known = dict.fromkeys(territory.units["code"])
    asked = [("focus", about.focus), *(("compare", unit) for unit in about.compare)]
    problems = [
        Problem(
            "unit-not-in-territory",
            file=SETTINGS_FILE,
            column=f"observatory.{key}",
            value=unit,
            values={"near": ", ".join(near for near, _, _ in process.extract(unit, known, limit=3))},
        )
        for key, unit in asked
        if unit not in known
    ]
    if problems:
        raise ObservatoryError(problems)
    return territory


def _notices(territory: Territory, harmonised: Harmonised) -> list[Problem]:
    """What is told and does not stop a build."""
    records = harmonised.records
    found = (nameless_sources(records), fillers(records), copies(records))
    return [*territory.problems, *harmonised.problems, *chain.from_iterable(found)]


def _believed(observatory: Observatory) -> Precedence:
    """Whom the city believes first; raises :class:`ObservatoryError` for a field or source that there is not."""
    sources = [folder.name for folder in observatory.source_folders()]
    return city_precedence(observatory.settings.precedence, sources)


def _ledger(observatory: Observatory) -> Ledger:
    """The decisions of people; raises :class:`ObservatoryError` for a ledger that was edited or is broken."""
    ledger = read_ledger(observatory.decisions)
    if ledger.problems:
        raise ObservatoryError(_in_folder(ledger.problems, observatory.decisions))
    return ledger


def _strategy_problems(observatory: Observatory, territory: Territory) -> list[Problem]:
    """What in matrix, plan, evidence and gates is left out; raises where one of them cannot be followed at all."""
    folder = observatory.strategy
    if (folder / matrix.MATRIX_FILE).is_file():
        matrix.load(folder)
    told = _left_out(observatory)
    plan = plans.load(folder, units=set(territory.units["code"]), indicators=catalogue())
    if plan is None:
        return told
    return [*told, *evidence.load(folder, plan).problems, *gate_decisions.load(folder, plan)[1]]


def _left_out(observatory: Observatory) -> list[Problem]:
    """Lines of the registry of evaluations and of the accounts that a build leaves out and tells."""
    unread = registrations.looked_through(observatory.registrations)[1]
    return [*unread, *violence_costs.read(observatory.violence_costs).problems]


def _in_folder(problems: Iterable[Problem], folder: Path) -> list[Problem]:
    return [replace(problem, file=f"{folder.name}/{problem.file}") for problem in problems]


def _find_links(rules: LinkageRules, territory: Territory, engine: Engine) -> FindsLinks | None:
    if rules.method == "exact":
        return None
    from convive.linkage.link import link  # the engine is heavy to import

    return partial(
        link,
        ancestors=territory.ancestors,
        levels_of_units=territory.levels,
        join=rules.join,
        apart=rules.apart,
        within=rules.within,
        engine=engine,
    )


def _summary(
    territory: Territory,
    harmonised: Harmonised,
    register: Register,
    figures: pl.DataFrame,
    findings: list[audit.Finding],
    unread: int,
) -> Built:
    return Built(
        notices=len(_notices(territory, harmonised)) + len(register.problems) + unread,
        files=harmonised.files.height,
        rows=int(harmonised.files["rows"].sum()),
        records=harmonised.records.height,
        rows_rejected=_rows_rejected(harmonised.rejects),
        values_rejected=_values_rejected(harmonised.rejects),
        aggregates=harmonised.aggregates.height,
        cases=register.cases.height,
        figures=figures.height,
        claims_differing=sum(finding.verdict == "differs" for finding in findings),
    )


def _rows_rejected(rejects: pl.DataFrame) -> int:
    if rejects.is_empty():
        return 0
    return rejects.filter(pl.col("scope") == "row").select("source_id", "file", "row").n_unique()


def _values_rejected(rejects: pl.DataFrame) -> int:
    return 0 if rejects.is_empty() else rejects.filter(pl.col("scope") == "value").height
