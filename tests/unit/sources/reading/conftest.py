"""Received files of any kind, and what reading them gives or refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convive.errors import Problem, SourceFileError
from convive.sources.reading import RawTable, ReaderOptions, read


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., RawTable]:
    """``csv(content, **options)`` reads ``content`` (text or bytes) as a received CSV file."""

    def reading(content: str | bytes, **options: Any) -> RawTable:
        path = tmp_path / "hechos.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, ReaderOptions(**options))

    return reading


@pytest.fixture
def refused() -> Callable[..., Problem]:
    """``refused(path, **options)`` is the problem for which the file as a whole is not read."""

    def reading(path: Path, **options: Any) -> Problem:
        with pytest.raises(SourceFileError) as raised:
            read(path, ReaderOptions(**options))
        (problem,) = raised.value.problems
        assert problem.file == path.name
        for language in ("es", "en"):
            assert problem.reason(language)
            assert problem.remedy(language)
        return problem

    return reading
