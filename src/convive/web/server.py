"""Show a released observatory, or its office, on this machine or network: Granian, one process."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from convive.web.settings import HOSTS_VARIABLE, PUBLIC_FOLDER_VARIABLE

THREADS = 4
RESPAWN_S = 0.1
"""A worker that fell is started again after so many seconds."""
CITIZENS_THREADS = 32
"""More, because who tries a receipt is kept waiting on purpose."""
ANY_ADDRESS = {"0.0.0.0", "::"}


def serve(public: Path, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the folder ``public`` until stopped. A rebuilt folder is noticed with the next request.

    Requests for another host name than the local ones and ``host`` are refused; more names can be allowed in the
    environment variable ``CONVIVE_ALLOWED_HOSTS``.
    """
    os.environ[PUBLIC_FOLDER_VARIABLE] = str(public.resolve())
    _run("convive.web.wsgi:application", host, port)


def serve_office(folder: Path, *, host: str = "127.0.0.1", port: int = 8001) -> None:
    """Serve the office of the observatory in ``folder`` until stopped, under the same rules for host names."""
    os.environ["CONVIVE_OBSERVATORY"] = str(folder.resolve())
    _run("convive.web.office_wsgi:application", host, port)


def serve_citizen(folder: Path, *, host: str = "127.0.0.1", port: int = 8002) -> None:
    """Serve the citizens' side of the observatory in ``folder`` until stopped, under the same rules for host names.

    One process, for what it remembers of forms and visits is in memory alone. If it falls, another is started.
    """
    os.environ["CONVIVE_OBSERVATORY"] = str(folder.resolve())
    _run("convive.web.citizen_wsgi:application", host, port, threads=CITIZENS_THREADS, respawn=True)


def serve_desk(key: Path, *, host: str = "127.0.0.1", port: int = 8003) -> None:
    """Serve the desk of the custodian with the key file ``key``, on this machine alone, until stopped."""
    os.environ["CONVIVE_CUSTODIAN_KEY"] = str(key.resolve())
    _run("convive.web.desk.wsgi:application", host, port)


def _run(application: str, host: str, port: int, *, threads: int = THREADS, respawn: bool = False) -> None:
    if host not in ANY_ADDRESS:
        named = f"[{host}]" if ":" in host else host
        os.environ[HOSTS_VARIABLE] = ",".join(filter(None, [os.environ.get(HOSTS_VARIABLE), named]))
    # A forked worker inherits the locks of Polars' threads without the threads and hangs; a spawned one starts clean.
    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        respawn_failed_workers=respawn,
        respawn_interval=RESPAWN_S,
        log_level=LogLevels.warning,
    ).serve()
