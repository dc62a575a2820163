"""A robot sends ten thousand reports: how long does it take, what does it cost, and what becomes of a person meanwhile?

    python benchmarks/voice/robot.py

The door (``convive.web.citizen.door``) with the numbers of the house and a clock of its own: the robot asks for forms
in its best way and sends each as soon as it may. A person comes at every tenth minute, fills in the form, sends it and,
while the door is crowded, sends it again every half minute.

Beside it what a real server spends on a report, and what proof of work would ask of the same robot: as much Argon2id
(1 MB, as GlobaLeaks' page computes it by script) as holds up an old telephone for as long as our form waits.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import killing
from nacl import pwhash, utils

from convive.voice.limits import limits
from convive.web.citizen.door import Door, Said

SLOWER = 10
"""How many times slower an old telephone's browser computes Argon2id than one core here, at a guess."""


def main() -> None:
    options = _options()
    print(f"a robot sends {options.reports:,} reports, with the numbers of the house")
    for title, at_once in (("asks for all forms at once", options.reports), ("asks for 300 a minute", 300)):
        minutes, people = besieged(Door(limits().door), options.reports, at_once)
        waits = [f"{one:.1f}" if one is not None else "never" for one in people]
        print(f"  {title:28} {minutes:6.1f} minutes; people who came every ten minutes were in after {waits} minutes")
    spent = _server(options.served)
    whole = spent * options.reports / 60
    print(f"  a real server spends {spent * 1000:.0f} ms of processor a report, {whole:.0f} minutes in all")
    wait, one = limits().door.wait_seconds, _argon2()
    each, whole = wait / SLOWER, wait / SLOWER * options.reports / 3600
    print(f"  proof of work that holds up an old telephone for {wait} s costs the robot {each:.1f} s a report,")
    print(f"  {whole:.1f} hours of a core in all; one Argon2id of 1 MB takes {one * 1000:.1f} ms here")


def besieged(door: Door, reports: int, at_once: int) -> tuple[float, list[float | None]]:
    """Minutes until the robot has sent its ``reports``, and for each person the minutes from the form until it was in;
    None where they were not before the robot went."""
    robot: list[str] = []
    waiting: list[tuple[float, str]] = []
    people: list[float | None] = []
    in_, asked, now = 0, 0, 0.0
    while in_ < reports:
        if now % 60 == 0:
            robot += [door.form(now) for _ in range(min(at_once, reports - asked))]
            asked = min(reports, asked + at_once)
        if now % 600 == 0:
            waiting.append((now, door.form(now)))
            people.append(None)
        left = []
        for ticket in robot:
            said = door.enter(ticket, now)
            if said is Said.ENTER:
                in_ += 1
                continue
            left.append(ticket)
        robot = left
        # Whenever both come, the robot is the faster one.
        if now % 30 == 15:
            for begun, ticket in list(waiting):
                if door.enter(ticket, now) is Said.ENTER:
                    people[int(begun // 600)] = (now - begun) / 60
                    waiting.remove((begun, ticket))
        now += 5
    return now / 60, people


def _server(number: int) -> float:
    """Processor seconds of the server for a report, form and all."""
    work = Path(tempfile.mkdtemp(prefix="robot-"))
    try:
        (work / "tmp").mkdir()
        keys = killing._observatory(work / "city")
        killing._found_custody(work / "city", keys)
        server = killing.Server(work / "city", 8795, work / "log", work / "tmp")
        try:
            killing._wait([server])
            killing._report(server.port, "x")
            [worker] = server._workers()
            before = _processor(worker)
            for _ in range(number):
                killing._report(server.port, "x")
            return (_processor(worker) - before) / number
        finally:
            server.kill()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _processor(process: int) -> float:
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _argon2() -> float:
    began = time.process_time()
    for _ in range(50):
        pwhash.argon2id.kdf(32, b"proof", utils.random(16), opslimit=1, memlimit=1 << 20)
    return (time.process_time() - began) / 50


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--served", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
