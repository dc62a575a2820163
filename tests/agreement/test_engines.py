"""Apache Spark gives what one laptop gives: the same files to the byte, the same links to the last digit."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from convive.build import build
from convive.engine import Engine, LocalEngine
from convive.errors import SourceFileError, WrongUse
from convive.indicators.counting import prepare
from convive.indicators.observed import COVERS_SCHEMA
from convive.indicators.tally import answered, questions
from convive.linkage.link import defaults, link
from convive.observatory import Observatory
from convive.territory import Territory

if TYPE_CHECKING:
    from convive.engine.spark import SparkEngine

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "linkage"))

import generate

QUICK_JVM = "--conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 pyspark-shell"
"""Java compiles what so short a run executes once as little as may be; what is executed is the same."""


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkEngine]:
    pytest.importorskip("pyspark", reason="Apache Spark is not installed here: make spark")
    if shutil.which("java") is None:
        pytest.skip("Apache Spark needs Java, which is not installed here")
    from convive.engine.spark import SparkEngine

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_SUBMIT_ARGS", QUICK_JVM)
        engine = SparkEngine.start()
        yield engine
        engine.stop()


@pytest.fixture(scope="module", autouse=True)
def fewer_pairs() -> Iterator[None]:
    """Both engines learn from as many random pairs as records call for, not from the many that a register's precision
    asks for: that they draw and weigh the same pairs needs no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults()["training"], "least_random_pairs", 2_000)
        yield


@pytest.fixture(scope="module")
def here(tumbes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Tumbes example, its register and figures built on this laptop."""
    return built(tumbes, tmp_path_factory.mktemp("here") / "city", LocalEngine())


def built(tumbes: Path, folder: Path, engine: Engine) -> Path:
    """All that an engine has a part in: what is published is made of these tables alone."""
    shutil.copytree(tumbes, folder, ignore=shutil.ignore_patterns("private", "public"))
    build(Observatory.open(folder), engine=engine, publish=False)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    made = [path for path in sorted((folder / "private").rglob("*")) if path.is_file()]
    return {path.name: path.read_bytes() for path in made}


def test_the_tumbes_example_is_the_same_to_the_byte(
    tumbes: Path, tmp_path: Path, here: Path, spark: SparkEngine
) -> None:
    mine, other = files(here), files(built(tumbes, tmp_path / "there", spark))
    assert {"records.parquet", "cases.parquet", "links.parquet", "figures.parquet"} <= mine.keys()
    assert [name for name in mine if other.get(name) != mine[name]] == []
    assert sorted(other) == sorted(mine)


def test_links_of_noisy_records_are_the_same(spark: SparkEngine) -> None:
    records = generate.records(250, "high").drop("truth")
    ancestors, levels = generate.territory()
    here, there = (link(records, ancestors, levels, join=0.98, apart=0.02, engine=engine) for engine in (None, spark))
    assert here.pairs["zone"].n_unique() == 2
    assert there.pairs.equals(here.pairs)
    assert there.consequences.equals(here.consequences)


def test_counts_of_several_parts_are_those_of_the_whole(here: Path, spark: SparkEngine) -> None:
    """Each part is counted by itself; sums and sources are put together."""
    cases = pl.read_parquet(here / "private" / "cases.parquet")
    scene = prepare(
        cases,
        Territory.load(here / "territory"),
        pl.DataFrame(schema=COVERS_SCHEMA),
        concept="ceic",
        place="occurrence",
        as_of=dt.date(2014, 12, 31),
        engine=LocalEngine(),
    )
    asked = questions("ceic")
    for question, table in answered(scene.cases, asked, spark).items():
        keys = [name for name in table.columns if name not in ("count", "mask")]
        words = [pl.col(name).cast(pl.String) for name in keys if table[name].dtype == pl.Categorical]
        whole = scene.counted[question].with_columns(words)
        assert table.with_columns(words).sort(keys).equals(whole.sort(keys)), question


def test_what_is_wrong_with_a_file_is_told_from_the_cluster_too(
    tumbes: Path, tmp_path: Path, spark: SparkEngine
) -> None:
    shutil.copytree(tumbes, tmp_path / "city")
    observatory = Observatory.open(tmp_path / "city")
    broken = next(path for path in sorted((tmp_path / "city" / "sources").rglob("*.csv")))
    broken.write_bytes(b"")
    with pytest.raises(SourceFileError) as found:
        build(observatory, engine=spark)
    assert [problem.file for problem in found.value.problems] == [f"{broken.parent.name}/{broken.name}"]


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from convive.engine.spark import SparkEngine

    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(WrongUse) as refused:
        SparkEngine.start()
    assert refused.value.problems[0].code == "engine-missing"
    assert "convive[spark]" in refused.value.describe("es")


def test_without_java_the_command_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Apache Spark is not installed here: make spark")
    from convive.engine.spark import SparkEngine

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUse) as refused:
        SparkEngine.start()
    assert refused.value.problems[0].code == "engine-java-missing"
