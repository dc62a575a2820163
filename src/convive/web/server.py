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


def _run(application: str, host: str, port: int) -> None:
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
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
    ).serve()
