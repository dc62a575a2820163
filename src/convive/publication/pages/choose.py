"""Choose: which approach the matrix puts first, how firm that is, who sees it otherwise. Decision, doubt and dissent
are one printed page; what stands below them is for who wants to check."""

from __future__ import annotations

from convive.decision.words import percent, points
from convive.evaluation.evidence.impact import rule
from convive.publication.edition import Tree
from convive.publication.pages import parts
from convive.publication.pages.evidence import change, cited, span
from convive.publication.pages.page import Block, Cell, Link, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import number, say

NAME = "choose"
DATA = "data/choice.json"


def build(reader: Reader) -> Page:
    language, told = reader.language, reader.edition.choice
    if not told:
        return parts.empty(NAME, reader)
    decision = told["decision"][language]
    blocks: list[Block] = [
        Section("decision", say("choose.decision", language), (_matrix(told, language), Prose(tuple(decision[1:])))),
        Section("doubt", say("choose.doubt", language), (_firmness(told, language), Prose(_doubt(told, language)))),
        Section("dissent", say("choose.dissent", language), _dissent(told, language)),
        *_suggested(told, language),
        Section("detail", say("choose.detail", language), _detail(told, language)),
    ]
    lead = tuple(part for part in (decision[0], _first_in(told, language)) if part)
    return Page(NAME, language, told["title"][language], lead, tuple(blocks))


def _first_in(told: Tree, language: str) -> str:
    """How often the winner would be first were each score a step off."""
    moved = next(one for one in told["firmness"] if one["setting"] == "scores")
    free = next(one for one in told["firmness"] if one["setting"] == "weights")
    at = [one["id"] for one in told["approaches"]].index(told["winner"])
    shares = {
        "moved": percent(moved["acceptability"][at][0], language),
        "free": percent(free["acceptability"][at][0], language),
    }
    return say("choose.first_in", language, name=told["approaches"][at]["label"][language], **shares)


def _order(told: Tree) -> list[int]:
    return sorted(range(len(told["approaches"])), key=lambda i: told["approaches"][i]["place"])


def _matrix(told: Tree, language: str) -> Table:
    heads = [say("choose.approach", language)]
    for one in told["criteria"]:
        sign = "−" if one["direction"] == "less" else "+"
        weight = "" if one["weight"] == 1 else f" × {points(one['weight'], language)}"
        heads.append(f"{sign} {one['label'][language]}{weight}")
    heads += [say("choose.total", language), say("choose.place", language)]
    rows = []
    for i in _order(told):
        one = told["approaches"][i]
        total: TableCell = points(one["total"], language)
        if one["printed"] is not None and abs(one["printed"] - one["total"]) > 1e-9:
            printed = points(one["printed"], language)
            total = Cell(say("choose.misprinted", language, total=total, printed=printed), "bad")
        scores = [points(score, language) for score in one["scores"]]
        rows.append((one["label"][language], *scores, total, str(one["place"])))
    caption = say("choose.matrix", language, source=told["source"][language])
    return Table(caption, tuple(heads), tuple(rows), frozenset(range(1, len(heads))))


def _firmness(told: Tree, language: str) -> Table:
    heads = (
        say("choose.approach", language),
        *(say(f"choose.by_{one['setting']}", language) for one in told["firmness"]),
    )
    rows = tuple(
        (
            told["approaches"][i]["label"][language],
            *(percent(one["acceptability"][i][0], language) for one in told["firmness"]),
        )
        for i in _order(told)
    )
    return Table(say("choose.firmness", language), heads, rows, frozenset(range(1, len(heads))))


def _doubt(told: Tree, language: str) -> tuple[str, ...]:
    one = told["firmness"][0]
    error = number(100 * max(found["error"] for found in told["firmness"]), language, 1)
    return (*told["doubt"][language], say("choose.draws", language, draws=one["draws"], seed=one["seed"], error=error))


def _dissent(told: Tree, language: str) -> tuple[Block, ...]:
    prose = Prose(tuple(told["dissent"][language]))
    if not told["sheets"]:
        return (prose,)
    heads = tuple(say(f"choose.{name}", language) for name in ("scorer", "own_first", "distance"))
    labels = {one["id"]: one["label"][language] for one in told["approaches"]}
    rows = tuple(
        (
            sheet["label"][language],
            ", ".join(labels[name] for name in sheet["first"]) or "–",
            number(sheet["distance"], language, 2),
        )
        for sheet in told["sheets"]
    )
    return prose, Table(say("choose.sheets", language), heads, rows, frozenset({2}), stacked=True)


def _suggested(told: Tree, language: str) -> tuple[Section, ...]:
    """What effects measured elsewhere suggest, beside what people gave: never in its place."""
    if not told.get("suggested"):
        return ()
    heads = tuple(
        say(f"choose.{head}", language) for head in ("approach", "criterion", "given", "suggested", "suggested_why")
    )
    caption = say("choose.suggested_table", language)
    table = Table(caption, heads, suggested_rows(told, language), frozenset({2, 3}), stacked=True)
    link = Link(say("choose.suggested_library", language), page="evidence")
    prose = Prose(suggested_words(told, language), (link,))
    return (Section("evidence", say("choose.suggested_title", language), (table, prose)),)


def suggested_rows(told: Tree, language: str) -> tuple[tuple[TableCell, ...], ...]:
    """Of each score that the evidence speaks to: approach, criterion, what was given, what is suggested, and why."""
    labels = _labels(told, language)
    return tuple(
        (
            labels[one["approach"]],
            labels[one["criterion"]],
            points(one["given"], language),
            Cell(points(one["score"], language), "doubt" if one["score"] != one["given"] else ""),
            " ".join(
                [
                    *(_kind(kind, language) for kind in one["kinds"]),
                    *(_silent(kind, language) for kind in one["silent"]),
                ]
            ),
        )
        for one in told["suggested"]
    )


def suggested_words(told: Tree, language: str) -> tuple[str, ...]:
    """What a suggestion is worth, how many differ, who would then be first, and the rule."""
    labels, cells = _labels(told, language), told["suggested"]
    first = ", ".join(labels[name] for name in told["first_if_suggested"])
    return (
        say("choose.suggested_about", language),
        say("choose.suggested_apart", language, n=len(cells), apart=sum(one["score"] != one["given"] for one in cells)),
        say("choose.suggested_first", language, first=first),
        say("choose.suggested_rule", language, source=rule().source[language]),
    )


def _labels(told: Tree, language: str) -> dict[str, str]:
    return {one["id"]: one["label"][language] for one in (*told["criteria"], *told["approaches"])}


def _kind(one: Tree, language: str) -> str:
    return say(
        "choose.suggested_kind",
        language,
        kind=one["label"][language],
        score=points(one["score"], language),
        change=change(one["ratio"], language),
        span=span(one["low"], one["high"], language),
        why=one["why"][language],
    )


def _silent(label: Tree, language: str) -> str:
    return say("choose.suggested_silent", language, kind=label[language])


def _detail(told: Tree, language: str) -> tuple[Block, ...]:
    """What one checks: ranks and profiles, stakeholders, reasons of the scores, meaning of the scale."""
    blocks: list[Block] = [Prose((say("choose.detail_about", language),))]
    both = next(one for one in told["firmness"] if one["setting"] == "both")
    blocks += [_ranks(told, both, language), _profiles(told, both, language)]
    if told["stakeholders"]:
        blocks += _stakeholders(told, language)
    blocks += [_reasons(told, language), _anchors(told, language)]
    return (*blocks, Prose((say("choose.edit", language),), (Link(say("choose.data", language), data=DATA),)))


def _ranks(told: Tree, found: Tree, language: str) -> Table:
    ranks = range(1, len(told["approaches"]) + 1)
    heads = (say("choose.approach", language), *(say("choose.rank", language, n=rank) for rank in ranks))
    rows = tuple(
        (told["approaches"][i]["label"][language], *(percent(share, language) for share in found["acceptability"][i]))
        for i in _order(told)
    )
    return Table(say("choose.ranks", language), heads, rows, frozenset(range(1, len(heads))))


def _profiles(told: Tree, found: Tree, language: str) -> Table:
    criteria = [one["label"][language] for one in told["criteria"]]
    heads = (say("choose.approach", language), *criteria, say("choose.confidence", language))
    rows = tuple(
        (
            told["approaches"][i]["label"][language],
            *(percent(share, language) for share in found["central"][i]),
            percent(found["confidence"][i], language),
        )
        for i in _order(told)
        if found["confidence"][i] is not None
    )
    return Table(say("choose.profiles", language), heads, rows, frozenset(range(1, len(heads))))


def _stakeholders(told: Tree, language: str) -> list[Block]:
    people, support = told["stakeholders"], told["approaches"][0]["support"]
    fed = [one["id"] for one in told["criteria"] if one["id"] in support]
    labels = {one["id"]: one["label"][language] for one in told["criteria"]}
    at = {one["id"]: j for j, one in enumerate(told["criteria"])}
    heads = [say("choose.approach", language)]
    for name in fed:
        heads += [say(f"choose.{head}", language, criterion=labels[name]) for head in ("scored", "derived", "known")]
    rows = []
    for one in told["approaches"]:
        cells: list[TableCell] = [one["label"][language]]
        for name in fed:
            given = one["support"][name]
            derived = "–" if given["value"] is None else number(given["value"], language, 1)
            used = Cell(derived, "good") if name in one["computed"] else derived
            cells += [points(one["scores"][at[name]], language), used, str(given["known"])]
        rows.append(tuple(cells))
    who = tuple(
        (one["label"][language], points(one["power"], language), points(one["interest"], language), one["source"])
        for one in people["rows"]
    )
    who_heads = tuple(say(f"choose.{head}", language) for head in ("stakeholder", "power", "interest", "section"))
    return [
        Prose((people["source"][language], say("choose.stakeholders_about", language))),
        Table(say("choose.stakeholders", language), who_heads, who, frozenset({1, 2})),
        Table(say("choose.feeding", language), tuple(heads), tuple(rows), frozenset(range(1, len(heads)))),
    ]


def _reasons(told: Tree, language: str) -> Table:
    labels = {one["id"]: one["label"][language] for one in told["criteria"]}
    at = {one["id"]: j for j, one in enumerate(told["criteria"])}
    rows = tuple(
        (
            one["label"][language],
            labels[name],
            points(one["scores"][at[name]], language),
            reason[language],
            _source(one["sources"].get(name, one["source"]), language),
        )
        for one in told["approaches"]
        for name, reason in one["reasons"].items()
    )
    heads = tuple(say(f"choose.{head}", language) for head in ("approach", "criterion", "score", "reason", "section"))
    return Table(say("choose.reasons", language), heads, rows, frozenset({2}), stacked=True)


def _source(source: str, language: str) -> TableCell:
    """Where a score comes from; a study of the library leads to its place there."""
    text, links = cited(source, language)
    return Cell(text, link=links[0]) if links else text


def _anchors(told: Tree, language: str) -> Table:
    rows = tuple(
        (one["label"][language], value, text[language])
        for one in told["criteria"]
        for value, text in one["anchors"].items()
    )
    heads = tuple(say(f"choose.{head}", language) for head in ("criterion", "score", "meaning"))
    return Table(say("choose.anchors", language), heads, rows, frozenset({1}), stacked=True)
