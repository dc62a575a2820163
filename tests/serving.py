"""A server of ours in another process, as long as a test needs it."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

ENOUGH_SECONDS = 180


@contextmanager
def serving(
    command: Callable[[int], Sequence[str]], page: str = "/", environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of what ``command`` starts on a free port, once its ``page`` answers."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    server = subprocess.Popen(command(port), env=environment, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{base}{page}", server)
        yield base
    finally:
        server.terminate()
        server.wait(ENOUGH_SECONDS)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + ENOUGH_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(address, timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"nothing answers at {address}")
