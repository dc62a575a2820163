"""Act: the stage the plan is in, what opens the next gate, indicators against targets, money, and the evidence of each
measure."""

from __future__ import annotations

from convive.publication.edition import Tree
from convive.publication.pages import measures, parts
from convive.publication.pages.page import Block, Cell, Link, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.pages.planned import amount, day, share, value
from convive.publication.reading import Reader
from convive.texts import number, say

NAME = "act"
DATA = "data/plan.json"


def build(reader: Reader) -> Page:
    language, told = reader.language, reader.edition.plan
    if not told:
        return parts.empty(NAME, reader)
    blocks: list[Block] = []
    if told["synthetic"]:
        blocks.append(Notice(told["synthetic"][language], say("act.example", language)))
    blocks += [
        Section("stages", say("act.stages", language), (stages(told, language), *moves(told, language))),
        Section("gates", say("act.gates", language), gates(told, language)),
        Section("indicators", say("act.indicators", language), indicators(told, language)),
        Section("money", say("act.money", language), _money(told, language)),
        Section("measures", say("act.measures", language), (measures.terms(told, reader), _protocol(told, language))),
        Prose((say("act.how", language),), (Link(say("act.data", language), data=DATA),)),
    ]
    return Page(NAME, language, told["title"][language], _lead(told, language), tuple(blocks))


def _lead(told: Tree, language: str) -> tuple[str, ...]:
    stage = _present(told)
    name = stage["label"][language]
    if told["since"]:
        first = say("act.lead_since", language, stage=name, since=day(told["since"], language))
    else:
        first = say("act.lead", language, stage=name)
    missed = [one["label"][language] for one in stage["onward"] if not one["holds"]]
    if not stage["onward"]:
        gate = say("act.lead_last", language)
    elif missed:
        gate = say("act.lead_shut", language, n=len(missed), of=len(stage["onward"]), missed="; ".join(missed))
    else:
        gate = say("act.lead_open", language)
    back = [one["label"][language] for one in stage["back"] if one["holds"]]
    told_back = say("act.lead_back", language, why="; ".join(back)) if back else ""
    refused = say("act.lead_refused", language, n=told["refused"]) if told["refused"] else ""
    when = say("act.lead_on", language, on=day(told["on"], language), as_of=day(told["as_of"], language))
    return tuple(part for part in (first, gate, told_back, refused, when) if part)


def _present(told: Tree) -> Tree:
    return next(one for one in told["stages"] if one["id"] == told["stage"])


def stages(told: Tree, language: str) -> Table:
    """The stages: for what, how far, and their money."""
    heads = ("stage", "purpose", "state", "progress", "planned", "committed", "spent")
    rows: list[tuple[TableCell, ...]] = []
    for one in told["stages"]:
        money = [amount(one[name], told, language) for name in ("planned", "committed", "spent")]
        state = Cell(say(f"act.state_{one['state']}", language), "good" if one["state"] == "present" else "")
        purpose = one["purpose"][language]
        rows.append((one["label"][language], purpose, state, share(one["share"], language), *money))
    header = tuple(say(f"act.{head}", language) for head in heads)
    return Table(say("act.stages_table", language), header, tuple(rows), frozenset({3, 4, 5, 6}), stacked=True)


def moves(told: Tree, language: str) -> tuple[Block, ...]:
    """How the plan came to where it is, each step with its decision or its reason."""
    labels = {one["id"]: one["label"][language] for one in told["stages"]}
    conditions = {
        one["id"]: one["label"][language] for stage in told["stages"] for one in (*stage["onward"], *stage["back"])
    }
    said = []
    for move in told["moves"]:
        names = "; ".join(conditions.get(name, name) for name in move["conditions"])
        values = {"day": day(move["day"], language), "stage": labels[move["stage"]], "conditions": names}
        if move["decision"]:
            values |= {name: move["decision"][name] for name in ("by", "reason", "document")}
        said.append(say(f"act.move_{move['how']}", language, **values))
        if move["doubted"]:
            names = "; ".join(conditions[name] for name in move["doubted"])
            said.append(say("act.move_doubted", language, conditions=names))
    for stay in told["stays"]:
        values = {name: stay[name] for name in ("by", "reason", "document")}
        said.append(say("act.stay", language, day=day(stay["day"], language), stage=labels[stay["stage"]], **values))
    return (Prose(tuple(said or [say("act.no_moves", language)])),)


def gates(told: Tree, language: str) -> tuple[Block, ...]:
    """Gate by gate: which conditions hold, which do not, since when."""
    tables = (gate_table(stage, told, language) for stage in told["stages"])
    return (Prose((say("act.gates_about", language),)), *tables)


def gate_table(stage: Tree, told: Tree, language: str) -> Table:
    """The conditions of one stage's gate."""
    labels = {one["id"]: one["label"][language] for one in told["stages"]}
    heads = tuple(say(f"act.{head}", language) for head in ("condition", "effect", "holds", "since", "found"))
    rows = [_condition(one, say("act.to_pass", language), language) for one in stage["onward"]]
    rows += [
        _condition(one, say("act.to_return", language, stage=labels[one["to"]]), language) for one in stage["back"]
    ]
    caption = say("act.gate_of", language, stage=labels[stage["id"]])
    return Table(caption, heads, tuple(rows), frozenset({4}), stacked=True)


def _condition(one: Tree, effect: str, language: str) -> tuple[TableCell, ...]:
    wanted = one["holds"] != bool(one["to"])
    holds = Cell(say(f"act.holds_{'yes' if one['holds'] else 'no'}", language), "good" if wanted else "bad")
    since = day(one["since"], language) if one["since"] else say("act.never_otherwise", language)
    found = "–" if one["value"] is None else value(one["value"], language, as_share=one["share"])
    return one["label"][language], effect, holds, since, found


def indicators(told: Tree, language: str) -> tuple[Block, ...]:
    """Indicators against their targets: those of the register, and those that activities prove."""
    heads = tuple(
        say(f"act.{head}", language) for head in ("indicator", "baseline", "now", "target", "reached", "can_show")
    )
    figures = tuple(indicator_row(one, language) for one in told["indicators"] if one["kind"] == "figure")
    outputs = tuple(indicator_row(one, language)[:5] for one in told["indicators"] if one["kind"] == "output")
    blocks: list[Block] = [Prose((say("act.indicators_about", language),))]
    if figures:
        caption = say("act.figures_table", language)
        blocks.append(Table(caption, heads, figures, stacked=True))
    if outputs:
        caption = say("act.outputs_table", language)
        blocks.append(Table(caption, heads[:5], outputs, frozenset({1, 2, 3}), stacked=True))
    return tuple(blocks)


def indicator_row(one: Tree, language: str) -> tuple[TableCell, ...]:
    """One indicator: baseline, now, target, whether it is reached, whether that would show."""

    def told(value_: float | None, low: float | None, high: float | None, period: str) -> str:
        if value_ is None:
            return say("act.no_evidence", language)
        found = value(value_, language, as_share=one["share"])
        if low is not None and high is not None:
            ends = {
                "low": value(low, language, as_share=one["share"]),
                "high": value(high, language, as_share=one["share"]),
            }
            found = say("act.with_interval", language, value=found, **ends)
        return say("act.in_period", language, value=found, period=period) if period else found

    baseline = told(one["baseline"], one["baseline_low"], one["baseline_high"], one["baseline_period"] or "")
    current = told(one["current"], one["low"], one["high"], one["current_period"] or "")
    if one["provisional"]:
        current = say("act.provisional", language, value=current)
    wanted = {"value": value(one["target"], language, as_share=one["share"]), "by": day(one["by"], language)}
    tone = {"yes": "good", "no": "bad"}.get(one["reached"], "doubt")
    reached = Cell(say(f"act.reached_{one['reached'].replace('-', '_')}", language), tone)  # type: ignore[arg-type]
    label = f"{one['label'][language]} ({one['unit'][language]})"
    target = say(f"act.target_{one['better']}", language, **wanted)
    return label, baseline, current, target, reached, _can_show(one, language)


def _can_show(one: Tree, language: str) -> TableCell:
    """Whether the target is plausible, and whether the data could show that it was reached."""
    said = []
    if one["faster_than_known"]:
        said.append(say("act.faster", language, fall=number(100 * (1 - one["needed"]), language)))
    elif one["needed"] is not None:
        said.append(say("act.plausible", language, fall=number(100 * (1 - one["needed"]), language)))
    if one["power"] is not None:
        name = "act.power_enough" if one["seen_if_reached"] else "act.power_short"
        said.append(say(name, language, power=number(100 * one["power"], language)))
    if not said:
        return say("act.not_computed", language)
    good = one["seen_if_reached"] and not one["faster_than_known"]
    return Cell(" ".join(said), "" if good else "doubt")


def _money(told: Tree, language: str) -> tuple[Block, ...]:
    """Cost beside result: what each measure was to cost, has bound and has spent, beside what it brought."""
    labels = {one["id"]: one for one in told["indicators"]}
    stages = {one["id"]: one["label"][language] for one in told["stages"]}
    heads = ("measure", "stage", "progress", "planned", "committed", "spent", "result")
    rows: list[tuple[TableCell, ...]] = []
    for one in told["measures"]:
        sums = [sum(row[name] for row in one["money"]) for name in ("planned", "committed", "spent")]
        cells = [amount(total, told, language) for total in sums]
        outcome = labels[one["evaluation"]["outcome"]]
        name = Cell(one["label"][language], link=Link(one["label"][language], page=NAME, anchor=f"measure-{one['id']}"))
        rows.append((name, stages[one["stage"]], share(one["share"], language), *cells, _result(outcome, language)))
    header = tuple(say(f"act.{head}", language) for head in heads)
    table = Table(say("act.money_table", language), header, tuple(rows), frozenset({2, 3, 4, 5}), stacked=True)
    return Prose((say("act.money_about", language),)), table


def _protocol(told: Tree, language: str) -> Table:
    """The check of human rights and safety that every measure keeps to."""
    heads = (say("act.question", language), say("act.protocol", language))
    rows = tuple(
        (row["question"][language], row["protocol"][language] if row["protocol"] else say("act.by_measure", language))
        for row in told["rights"]
    )
    return Table(say("act.protocol_table", language), heads, rows, stacked=True)


def _result(outcome: Tree, language: str) -> str:
    name = outcome["label"][language]
    if outcome["change_words"]:
        return f"{name}: {outcome['change_words'][language]}"
    if outcome["current"] is None:
        return f"{name}: {say('act.no_evidence', language)}"
    now = value(outcome["current"], language, as_share=outcome["share"])
    return say("act.result_now", language, name=name, now=now, period=outcome["current_period"] or "")
