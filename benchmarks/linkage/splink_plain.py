"""The peer at scale: plain Splink, as its manual's example for people has it.

``python splink_plain.py RECORDS OUT``.
"""

from __future__ import annotations

import logging
import sys

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLD = 0.95


def main(records: str, out: str) -> None:
    connection = duckdb.connect()
    connection.execute(
        f"CREATE TABLE people AS SELECT row_number() OVER () - 1 AS unique_id, source_id, given_names, surname_1,"
        f" surname_2, identity_number, sex, age_years, coalesce(occurred_on, died_on) AS happened_on,"
        f" registered_on, occurrence_unit, mechanism FROM read_parquet('{records}')"
    )
    data = DuckDBAPI(connection).register("people", dataset_display_name="people")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("given_names"),
            cl.NameComparison("surname_1"),
            cl.NameComparison("surname_2"),
            cl.LevenshteinAtThresholds("identity_number", [1, 2]),
            cl.ExactMatch("sex"),
            cl.AbsoluteDateDifferenceAtThresholds(
                "happened_on", input_is_string=False, metrics=["day", "day", "month"], thresholds=[1, 7, 1]
            ),
            cl.ExactMatch("occurrence_unit"),
            cl.ExactMatch("mechanism"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("identity_number"),
            block_on("given_names", "surname_1"),
            block_on("surname_1", "surname_2"),
            block_on("surname_1", "happened_on"),
            block_on("given_names", "happened_on"),
            block_on("occurrence_unit", "happened_on"),
        ],
    )
    linker = Linker(data, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("identity_number"), block_on("given_names", "surname_1", "happened_on")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7)
    for rule in (
        block_on("identity_number"),
        block_on("surname_1", "happened_on"),
        block_on("given_names", "surname_2"),
    ):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predictions = linker.inference.predict(threshold_match_probability=THRESHOLD)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=THRESHOLD
    )
    connection.execute(
        f"COPY (SELECT unique_id AS at, cluster_id AS \"group\" FROM {clusters.physical_name} ORDER BY 1) TO '{out}'"
        " (FORMAT parquet)"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
