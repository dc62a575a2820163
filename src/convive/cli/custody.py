"""``convive custody``: keys, custodians, openings, drills. What needs a pass phrase runs on a custodian's machine."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from convive.cli.screen import Folder, out, plain, text
from convive.cli.serve import address_of, refuse_taken_port
from convive.cli.typer_words import Command, Group
from convive.errors import FINE, FOUND, Problem, VoiceError, WrongUse
from convive.observatory import Observatory
from convive.voice import custodian, key_file
from convive.voice.bundles import Bundle
from convive.voice.custody import Custody
from convive.voice.key_file import OpenKey
from convive.voice.limits import limits

VOICE = "voice"
BY = "convive custody"

KeyFile = Annotated[Path, typer.Argument(metavar="KEY", help=text("custody.key_file"))]
Keys = Annotated[list[Path], typer.Option("--key", help=text("custody.keys"), metavar="KEY")]
BundleFile = Annotated[Path, typer.Argument(metavar="FILE", help=text("custody.bundle"))]
Result = Annotated[Path, typer.Option("--to", help=text("custody.to"), metavar="FILE")]
Accept = Annotated[str, typer.Option("--accept", help=text("custody.accept"), metavar="PRINT")]


def key(
    file: KeyFile,
    name: Annotated[str, typer.Option("--name", help=text("custody.name"), metavar="NAME")],
    institution: Annotated[str, typer.Option("--institution", help=text("custody.institution"), metavar="NAME")],
) -> None:
    phrase = _phrase(text("custody.new_phrase"))
    if sys.stdin.isatty() and _phrase(text("office.again")) != phrase:
        raise WrongUse(Problem("passwords-differ"))
    try:
        made = key_file.make(file, name=name, institution=institution, pass_phrase=phrase)
    except FileExistsError:
        raise WrongUse(Problem("key-exists", file=str(file))) from None
    card = file.with_suffix(".card")
    card.write_bytes(key_file.card(made))
    out.print(text("custody.key_made", key=str(file), card=str(card)), markup=False)


def init(
    folder: Folder,
    cards: Annotated[list[Path], typer.Argument(metavar="CARD…", help=text("custody.cards"))],
    threshold: Annotated[int, typer.Option("--threshold", help=text("custody.threshold"), metavar="K")] = 0,
) -> None:
    people = [key_file.read_card(card) for card in cards]
    wanted = threshold or limits(_opened(folder) / VOICE).custody.threshold
    custody = Custody.found(custodians=people, threshold=wanted, since=dt.datetime.now(dt.UTC).date())
    _office(folder)
    from convive.web.custody.keeping import found

    found(folder / VOICE, custody, by=BY)
    _show(custody)


def export(folder: Folder, to: Result) -> None:
    custody = _custody(folder)
    _office(folder)
    from convive.web.custody.keeping import carry_out

    bundle = carry_out(custody)
    _write(to, bundle)
    out.print(text("custody.exported", entries=len(bundle.entries or {}), file=str(to)), markup=False)


def replace(
    bundle: BundleFile,
    leaves: Annotated[str, typer.Option("--leaves", help=text("custody.leaves"), metavar="NAME")],
    joins: Annotated[Path, typer.Option("--joins", help=text("custody.joins"), metavar="CARD")],
    keys: Keys,
    to: Result,
    accept: Accept = "",
) -> None:
    carried, custody = _carried(bundle)
    opened = _unlock(keys, custody, accept)
    day = dt.datetime.now(dt.UTC).date()
    joined = custody.replaced(leaves=leaves, joins=key_file.read_card(joins), since=day)
    made = custodian.replace(custody, joined, carried.entries or {}, opened)
    _write(to, made)
    out.print(text("custody.replaced", entries=len(made.entries or {}), file=str(to)), markup=False)
    _show(joined)


def take(folder: Folder, bundle: BundleFile) -> None:
    taken = Bundle.from_bytes(bundle.read_bytes(), "report")
    _custody(folder)
    _office(folder)
    from convive.web.custody.keeping import take_back

    entries = take_back(folder / VOICE, taken, by=BY)
    out.print(text("custody.taken", entries=entries), markup=False)


def drill(bundle: BundleFile, keys: Keys, accept: Accept = "") -> None:
    carried, custody = _carried(bundle)
    found = custodian.drill(custody, carried.entries or {}, _unlock(keys, custody, accept))
    for name, held in found.held.items():
        out.print(text("custody.held", name=name, held=held, entries=found.entries), markup=False)
    out.print(text("custody.came_back", number=found.came_back, entries=found.entries), markup=False)
    out.print(text("custody.drill_passed" if found.passed else "custody.drill_failed"), markup=False)
    raise typer.Exit(FINE if found.passed else FOUND)


def lend(bundle: BundleFile, keys: Keys, to: Result, accept: Accept = "") -> None:
    request = Bundle.from_bytes(bundle.read_bytes(), "request")
    if request.custody is None:
        raise VoiceError(Problem("bundle-unreadable", file=bundle.name))
    (mine,) = _unlock(keys[:1], request.custody, accept)
    asks = request.custody.with_key(request.asked_by)
    loan = custodian.lend_shares(request, mine)
    assert asks is not None  # who asks is checked where shares are lent
    _write(to, loan)
    told = text("custody.lent", report=request.report, name=asks.name, institution=asks.institution, file=str(to))
    out.print(told, markup=False)


def open_(bundle: BundleFile, keys: Keys, accept: Accept = "") -> None:
    report, custody = _carried(bundle)
    opened = custodian.open_report(report, _unlock(keys, custody, accept))
    for name, content in opened.contents.items():
        out.print(f"{(report.about or {}).get(name, name)} · {content.kind}", markup=False, style="bold")
        for field, answer in content.fields.items():
            out.print(f"  {field}: {_shown(answer)}", markup=False, soft_wrap=True)
        for one in content.attachments:
            out.print(f"  [{one.name}] {len(one.data):,} B", markup=False)


def desk(
    file: KeyFile, bind: Annotated[str, typer.Option(help=text("serve.bind"), metavar="HOST:PORT")] = "127.0.0.1:8003"
) -> None:
    host, port = address_of(bind)
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise WrongUse(Problem("desk-elsewhere", value=host))
    key_file.read_card(file)
    refuse_taken_port(host, port)

    from convive.web.server import serve_desk

    out.print(text("custody.desk_at", address=bind), markup=False)
    serve_desk(file, host=host, port=port)


commands = typer.Typer(
    cls=Group,
    options_metavar=text("help.options"),
    subcommand_metavar=text("help.command"),
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
for command in (key, init, desk, lend, open_, export, replace, take, drill):
    name = command.__name__.rstrip("_")
    options = text("help.options")
    commands.command(name, cls=Command, options_metavar=options, help=text(f"custody.{name}.help"))(command)


def _opened(folder: Path) -> Path:
    return Observatory.open(folder).folder


def _custody(folder: Path) -> Custody:
    found = Custody.read(_opened(folder) / VOICE)
    if found is None:
        raise VoiceError(Problem("custody-missing"))
    return found


def _office(folder: Path) -> None:
    os.environ["CONVIVE_OBSERVATORY"] = str(folder.resolve())
    from convive.web.office import setup

    setup()


def _carried(file: Path) -> tuple[Bundle, Custody]:
    bundle = Bundle.from_bytes(file.read_bytes(), "report")
    if bundle.custody is None:
        raise VoiceError(Problem("bundle-unreadable", file=file.name))
    return bundle, bundle.custody


def _unlock(files: list[Path], custody: Custody, accept: str) -> list[OpenKey]:
    opened = []
    for file in files:
        card = key_file.read_card(file)
        opened.append(
            key_file.unlock_file(file.read_bytes(), _phrase(text("custody.phrase", name=card.name)), file.name)
        )
        key_file.check_pinned(file, custody, accept)
    return opened


def _phrase(prompt: str) -> str:
    """Typed unseen by a person, or the next line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass(prompt)


def _shown(words: str) -> str:
    """Words of somebody unknown: nothing in them steers the terminal."""
    return "\n    ".join(plain(line) for line in words.splitlines())


def _write(path: Path, bundle: Bundle) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(bundle.to_bytes())


def _show(custody: Custody) -> None:
    out.print(text("custody.record", threshold=custody.threshold, people=len(custody.custodians)), markup=False)
    for one in custody.custodians:
        out.print(f"  {one.name} ({one.institution})", markup=False)
    out.print(text("custody.print", value=custody.shown_fingerprint), markup=False)
