"""FEBRL 4 through Convive's own reading, harmonising and linkage. ``python febrl_ours.py FOLDER with|without``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl

from convive.linkage.link import link
from convive.observatory import Observatory
from convive.sources import read_sources
from convive.territory import Territory

OBSERVATORY = """[observatory]
id = "febrl"
name = {es = "FEBRL 4", en = "FEBRL 4"}
focus = "all"
as_of = 2003-01-01
"""
TERRITORY = """levels = ["country", "district"]

[[units]]
file = "units.csv"
"""
PROFILE = """usable_with = ["source_record_number"]

[profile]
id = "febrl-{side}"
version = 1
extends = "generic"
body = "civil_registry"
title = {{es = "FEBRL 4 {side}", en = "FEBRL 4 {side}"}}
publisher = "FEBRL"
licence = "ANUOS-1.2"
received_on = 2003-01-01
synthetic = true

[reader]
files = ["*.csv"]
encoding = "utf-8"

[columns]
source_record_number = {{ from = "rec_id" }}
given_names = {{ from = "given_name" }}
surname_1 = {{ from = "surname" }}
birth_on = {{ from = "date_of_birth", formats = ["%Y%m%d"] }}
{identity}
address = {{ from = ["street_number", "address_1", "postcode"] }}

[places.residence]
district = "suburb"
"""


def prepare(folder: Path, files: dict[str, Path], *, with_identity: bool) -> None:
    """An observatory of the two files as they come."""
    (folder / "territory").mkdir(parents=True)
    (folder / "observatory.toml").write_text(OBSERVATORY, "utf-8")
    (folder / "territory" / "territory.toml").write_text(TERRITORY, "utf-8")
    suburbs: set[str] = set()
    for side, path in files.items():
        table = pl.read_csv(path, infer_schema=False)
        table = table.rename({name: name.strip() for name in table.columns}).with_columns(pl.all().str.strip_chars())
        source = folder / "sources" / side
        source.mkdir(parents=True)
        kept = table if with_identity else table.drop("soc_sec_id")
        kept.write_csv(source / "febrl.csv")
        identity = 'identity_number = { from = "soc_sec_id" }' if with_identity else ""
        (source / "profile.toml").write_text(PROFILE.format(side=side, identity=identity), "utf-8")
        if side == "a":
            suburbs = set(table["suburb"])
    units = [("all", "Australia", "country", None)] + [
        (f"s{number}", name, "district", "all") for number, name in enumerate(sorted(suburbs - {""}))
    ]
    schema = ["code", "name", "level", "parent"]
    pl.DataFrame(units, schema=schema, orient="row").write_csv(folder / "territory" / "units.csv")


def main(folder: Path) -> None:
    observatory = Observatory.open(folder)
    territory = Territory.load(observatory.territory)
    records = read_sources(observatory, territory, as_of=dt.date(2003, 1, 1)).records
    found = link(records, territory.ancestors, territory.levels, join=0.5, apart=0.02, within=False).joined
    person = records["source_record_number"].str.extract(r"rec-(\d+)-")
    right = int((person[found["left"]] == person[found["right"]]).sum())
    true = records.height // 2
    print(f"{right / found.height:.5f} {right / true:.5f} {2 * right / (found.height + true):.5f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
