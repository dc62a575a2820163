"""A cluster: Apache Spark reads files, makes and weighs the pairs of linkage, and counts.

The workers run the same Python functions as one laptop does, and what DuckDB's SQL has and Spark's lacks (how alike two
words are) is DuckDB itself inside a Spark function: both engines give the same numbers to the last digit.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlglot

from convive.errors import Problem, WrongUse

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession
    from splink import SparkAPI

    from convive.engine.protocols import Given, Made

FUNCTIONS = {
    "jaro_winkler_similarity": "double",
    "damerau_levenshtein": "bigint",
    "jaccard": "double",
}
"""What workers borrow from DuckDB: functions of two words, and what each gives."""

DEFAULTS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.maxResultSize": "0",
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.enabled": "false",
}
"""Settings of ours where the cluster's own say nothing."""

SLICE_ROWS = 500_000
"""Rows that one worker counts at a time."""


class SparkEngine:
    """A Spark session, its own or the one that is there."""

    def __init__(self, session: SparkSession):
        self._session = session

    @classmethod
    def start(cls) -> SparkEngine:
        """Join the session that runs, or start one as Spark's own configuration says (``spark-defaults.conf``,
        ``SPARK_REMOTE``, ``PYSPARK_SUBMIT_ARGS``); where it says nothing, on this machine alone.

        Raises :class:`~convive.errors.WrongUse` without the extra or without Java.
        """
        try:
            from pyspark import SparkConf
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError as missing:
            raise WrongUse(Problem("engine-missing", value=missing.name or "pyspark")) from missing
        if shutil.which("java") is None and not SparkConf().get("spark.remote", None):
            raise WrongUse(Problem("engine-java-missing"))
        known, wanted = SparkConf(), dict(DEFAULTS)
        if known.get("spark.master", "local").startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # here the workers have what we have
            wanted["spark.sql.shuffle.partitions"] = str(2 * (os.cpu_count() or 1))
            wanted["spark.sql.warehouse.dir"] = tempfile.gettempdir()  # else a folder wherever the command is called
        builder = SparkSession.builder.appName("convive")
        for key, value in wanted.items():
            builder = builder if known.contains(key) else builder.config(key, value)
        try:
            session = builder.getOrCreate()
        except (PySparkException, RuntimeError) as failed:
            raise WrongUse(Problem("engine-not-started", value=str(failed).splitlines()[0])) from failed
        session.sparkContext.setLogLevel("ERROR")
        return cls(session)

    def stop(self) -> None:
        """Let the cluster go."""
        self._session.stop()

    def each(self, function: Callable[[Given], Made], things: Iterable[Given]) -> Iterator[Made]:
        context = self._session.sparkContext
        with ThreadPoolExecutor(max(context.defaultParallelism, 1)) as pool:
            yield from pool.map(lambda thing: context.parallelize([thing], 1).map(function).collect()[0], things)

    def parts(self, function: Callable[[pl.DataFrame], Made], table: pl.DataFrame) -> list[Made]:
        context = self._session.sparkContext
        rows = max(1, min(SLICE_ROWS, -(-table.height // max(context.defaultParallelism, 1))))
        slices = list(table.iter_slices(rows)) or [table]
        made: list[Made] = context.parallelize(slices, len(slices)).map(function).collect()
        return made

    @contextmanager
    def database(self) -> Iterator[SparkDatabase]:
        database = SparkDatabase(self._session)
        try:
            yield database
        finally:
            database.drop()


class SparkDatabase:
    """Tables of a Spark session."""

    def __init__(self, session: SparkSession):
        from pyspark.sql.functions import arrow_udf

        self._session = session
        self._made: list[str] = []
        for name, gives in FUNCTIONS.items():
            translated = _in_spark(f"SELECT {name}(one, other)").split()[1].split("(")[0]
            session.udf.register(translated, arrow_udf(_of_duckdb(name), gives))

    def put(self, name: str, table: pl.DataFrame) -> None:
        plain = table.with_columns(pl.col(pl.Categorical).cast(pl.String))
        self._keep(name, self._session.createDataFrame(plain.to_arrow(compat_level=pl.CompatLevel.oldest())))

    def make(self, name: str, sql: str) -> None:
        self._keep(name, self._session.sql(_in_spark(sql)))

    def ask(self, sql: str) -> pl.DataFrame:
        found = pl.from_arrow(self._session.sql(_in_spark(sql)).toArrow())
        assert isinstance(found, pl.DataFrame)
        return found

    def columns(self, name: str) -> list[str]:
        return list(self._session.table(name).columns)

    @property
    def api(self) -> SparkAPI:
        from splink import SparkAPI

        settings: dict[str, Any] = {"break_lineage_method": "persist", "register_udfs_automatically": False}
        return SparkAPI(spark_session=self._session, **settings)  # type: ignore[no-untyped-call]

    def drop(self) -> None:
        """Let go of every table."""
        for name in self._made:
            with suppress(Exception):
                self._session.catalog.dropTempView(name)
        self._session.catalog.clearCache()

    def _keep(self, name: str, frame: Any) -> None:
        frame.persist().createOrReplaceTempView(name)
        self._made.append(name)


def _in_spark(sql: str) -> str:
    return sqlglot.transpile(sql, read="duckdb", write="spark")[0]


def _of_duckdb(name: str) -> Callable[[pa.Array, pa.Array], pa.Array]:
    """DuckDB's function ``name`` of two columns of words, for the workers."""
    import pyarrow as pa

    def alike(left: pa.Array, right: pa.Array) -> pa.Array:
        import duckdb

        words = pa.table({"one": left, "other": right})
        with duckdb.connect() as connection:
            connection.register("words", words)
            found = connection.sql(f"SELECT {name}(one, other) AS alike FROM words").to_arrow_table()["alike"]
        return found.combine_chunks()

    alike.__annotations__ = dict.fromkeys(("left", "right", "return"), pa.Array)  # Spark tells its kind by them
    return alike
