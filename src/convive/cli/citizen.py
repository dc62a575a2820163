"""``convive citizen``: the citizens' side, for reports without account, cookie or script."""

from __future__ import annotations

from typing import Annotated

import typer

from convive.cli.screen import LANGUAGE, Folder, complain, out, text
from convive.cli.serve import address_of, refuse_taken_port
from convive.errors import Problem, VoiceError
from convive.observatory import Observatory


def run(
    folder: Folder, bind: Annotated[str, typer.Option(help=text("serve.bind"), metavar="HOST:PORT")] = "127.0.0.1:8002"
) -> None:
    host, port = address_of(bind)
    Observatory.open(folder)
    refuse_taken_port(host, port)

    from convive.web.citizen.hardening import may_be_swapped
    from convive.web.server import serve_citizen

    if may_be_swapped():
        complain(VoiceError(Problem("memory-may-be-swapped")), LANGUAGE)
    out.print(text("citizen.at", address=bind), markup=False)
    serve_citizen(folder, host=host, port=port)
