"""The measures of the plan, one by one: who, when, what is done and by which evidence, risks, rights, evaluation."""

from __future__ import annotations

from convive.publication.edition import Tree
from convive.publication.pages.evidence import beyond, cited
from convive.publication.pages.page import Link, Term, Terms
from convive.publication.pages.planned import amount, day, share, value
from convive.publication.reading import Reader
from convive.strategy.evidence import kinds
from convive.texts import number, say

SHOWN = 6
"""So many pieces of evidence are told one by one, the newest; the rest stand in the data."""


def terms(told: Tree, reader: Reader) -> Terms:
    """Every measure of the plan."""
    return Terms(tuple(_term(one, told, reader) for one in told["measures"]))


def _term(one: Tree, told: Tree, reader: Reader) -> Term:
    language = reader.language
    facts = [
        (say("act.of_stage", language), _label(told["stages"], one["stage"], language)),
        (say("act.objective", language), told["objectives"][one["objective"]][language]),
        (say("act.responsible", language), told["bodies"][one["lead"]][language]),
        (say("act.partners", language), _bodies(one["partners"], told, language)),
        (say("act.dates", language), _dates(one, language)),
        (say("act.progress", language), share(one["share"], language)),
    ]
    facts += [(say("act.activity", language), _activity(activity, told, language)) for activity in one["activities"]]
    facts += [
        (say("act.budget", language, year=str(row["year"])), budget_told(row, told, language)) for row in one["money"]
    ]
    facts.append((say("act.evidence", language, n=len(one["evidence"])), _evidence(one, language)))
    facts += [(say("act.risk", language), risk_told(risk, language)) for risk in one["risks"]]
    facts += rights_told(one, told, language)
    facts.append((say("act.evaluation", language), evaluation_told(one["evaluation"], told, language)))
    hoped = one["evaluation"]["expected_ratio"]
    facts += [(say("act.beyond", language), words) for words in beyond(one["source"], hoped, language)]
    link = Link(say("act.all_evidence", language), data="data/plan.json")
    written, studies = cited(one["source"], language)
    source = say("act.source", language, source=written)
    name = f"measure-{one['id']}"
    folded = say("act.open_measure", language)
    return Term(name, one["label"][language], (one["why"][language], source), tuple(facts), (link, *studies), folded)


def _label(rows: list[Tree], wanted: str, language: str) -> str:
    return str(next(row["label"][language] for row in rows if row["id"] == wanted))


def _bodies(names: list[str], told: Tree, language: str) -> str:
    return "; ".join(told["bodies"][name][language] for name in names) or "–"


def _dates(one: Tree, language: str) -> str:
    return say("act.from_until", language, start=day(one["from"], language), until=day(one["until"], language))


def _activity(one: Tree, told: Tree, language: str) -> str:
    needs = "; ".join(
        say(
            "act.need",
            language,
            there=value(need["there"], language),
            of=value(need["quantity"], language),
            what=need["what"][language],
        )
        for need in one["needs"]
    )
    return say(
        "act.activity_told",
        language,
        label=one["label"][language],
        state=say(f"act.activity_{one['state'].replace('-', '_')}", language),
        needs=needs,
        lead=told["bodies"][one["lead"]][language],
        dates=_dates(one, language),
    )


def budget_told(row: Tree, told: Tree, language: str) -> str:
    told_of = {name: amount(row[name], told, language) for name in ("planned", "committed", "spent")}
    return say("act.budget_told", language, source=told["bodies"][row["source"]][language], **told_of)


def _evidence(one: Tree, language: str) -> str:
    if not one["evidence"]:
        return say("act.evidence_none", language)
    told = [_piece(piece, language) for piece in one["evidence"][:SHOWN]]
    more = len(one["evidence"]) - SHOWN
    if more > 0:
        told.append(say("act.evidence_more", language, n=more))
    return "; ".join(told)


def _piece(piece: Tree, language: str) -> str:
    title = piece["title"] or say("act.untitled", language)
    values = {"kind": kinds()[piece["kind"]]["label"][language], "day": day(piece["dated"], language), "title": title}
    if piece["quantity"] == 1:
        return say("act.piece", language, **values)
    return say("act.piece_of", language, quantity=value(piece["quantity"], language), **values)


def risk_told(risk: Tree, language: str) -> str:
    return say(
        "act.risk_told",
        language,
        what=risk["what"][language],
        likelihood=say(f"act.level_{risk['likelihood']}", language),
        harm=say(f"act.level_{risk['harm']}", language),
        answer=risk["answer"][language],
    )


def rights_told(one: Tree, told: Tree, language: str) -> list[tuple[str, str]]:
    """What the measure answers of its own, question by question; the rest keeps to the plan's protocol in one line."""
    questions = {row["id"]: row for row in told["rights"]}
    own, common = [], []
    for right in one["rights"]:
        question = questions[right["id"]]["question"][language]
        how = right["how"] or questions[right["id"]]["protocol"]
        if right["how"] is None and right["holds"]:
            common.append(question)
        else:
            own.append((question, say(f"act.right_{'yes' if right['holds'] else 'no'}", language, how=how[language])))
    if common:
        own.append((say("act.protocol", language), say("act.protocol_kept", language, questions=" ".join(common))))
    return own


def evaluation_told(judged: Tree, told: Tree, language: str) -> str:
    """What was named before the start, and at once what it could show."""
    ratio = judged["expected_ratio"]
    first = say(
        f"act.evaluation_{'less' if ratio < 1 else 'more'}",
        language,
        outcome=_label(told["indicators"], judged["outcome"], language),
        comparison=judged["comparison"][language],
        percent=number(100 * abs(1 - ratio), language),
        n=judged["months"],
        named=day(judged["named_on"], language),
    )
    if judged["power"] is None:
        return f"{first} {say('act.power_unknown', language)}"
    power = {"power": number(100 * judged["power"], language), "events": number(judged["events"], language)}
    name = "act.power_of_enough" if judged["enough"] else "act.power_of_short"
    second = say(name, language, **power)
    if judged["smallest"] is None:
        return f"{first} {second} {say('act.smallest_none', language)}"
    fall = number(100 * (1 - judged["smallest"]), language)
    return f"{first} {second} {say('act.smallest', language, fall=fall)}"
