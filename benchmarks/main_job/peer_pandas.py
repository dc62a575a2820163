"""The peer of the main benchmark: what an analyst would write in pandas for the same job.

Reads the three files, harmonises dates, hours, ages, places and codes (keeping the raw text and why a value lacks),
keeps rejects, joins records of one victim by identity number or by name (without accents, its words in any order), sex
and date within a day, takes the first known value of each field with the source it came from and whether others
disagree, and writes counts, rates and shares with exact intervals by department, province and district, by month,
half-year, year and the whole time, and the same breakdowns as Convive. It checks less: no formula cells, no row shapes,
no point against its district, no contradictions between joins, no break in the population.

``python benchmarks/main_job/peer_pandas.py DIR OUT``
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import beta, chi2

BLANK = {"", "SIN REGISTRO"}
UNKNOWN = {"NO SE CONOCE", "NO ESPECIFICADO"}
CODES = {
    "SEXO": {"MASCULINO": "male", "FEMENINO": "female"},
    "ARMA": {"ARMA DE FUEGO": "firearm", "ARMA BLANCA": "sharp", "OBJETO CONTUNDENTE": "blunt"},
    "LUGAR": {"VIA PUBLICA": "street", "DOMICILIO": "home", "BAR": "bar", "CAMPO ABIERTO": "open_area"},
    "MOTIVO": {"VENGANZA": "revenge", "ROBO": "robbery", "RIÑA": "quarrel", "EXTORSION": "extortion"},
    "DELITO": {
        "HOMICIDIO CALIFICADO": "homicidio_calificado",
        "HOMICIDIO SIMPLE": "homicidio_simple",
        "SICARIATO": "sicariato",
        "FEMINICIDIO": "feminicidio",
    },
    "INTENCION": {"HOMICIDIO": "intentional", "SUICIDIO": "self_harm", "ACCIDENTE": "unintentional"},
    "ESTADO_CIVIL": {"SOLTERO": "single", "CASADO": "married", "CONVIVIENTE": "cohabiting"},
    "INSTRUCCION": {"PRIMARIA COMPLETA": "primary", "SECUNDARIA COMPLETA": "secondary", "SUPERIOR": "higher"},
    "RELACION": {"DESCONOCIDO": "stranger", "PAREJA": "partner", "CONOCIDO": "acquaintance"},
}
BREAKDOWNS = [
    "SEXO",
    "age_group",
    "ARMA",
    "LUGAR",
    "MOTIVO",
    "qualified",
    "weekday",
    "hour",
    "hour_of_week",
    "month_of_year",
]
FUSED = [*CODES, "FECHA_HECHO", "FECHA_MUERTE", "FECHA_REGISTRO", "EDAD", "UBIGEO", "HORA", "OCUPACION"]
SHARES = {
    "share_qualified": lambda deaths: deaths["qualified"],
    "share_firearm": lambda deaths: deaths["ARMA"] == "firearm",
    "share_public_place": lambda deaths: deaths["LUGAR"].isin(["street", "open_area", "bar"]),
    "share_motive_unknown": lambda deaths: deaths["MOTIVO"].isin(["unknown", "not_recorded", "unmapped"]),
}
DATES = ["FECHA_HECHO", "FECHA_MUERTE", "FECHA_REGISTRO"]
HOURS = ["weekday", "hour", "hour_of_week"]
ONLY_WHOLE = ["hour_of_week", "month_of_year"]


def code(text: str, table: dict[str, str]) -> str:
    text = text.strip().upper()
    if text in BLANK:
        return "not_recorded"
    if text in UNKNOWN:
        return "unknown"
    return table.get(text, "unmapped")


def reject(raw: pd.DataFrame, bad: pd.Series, name: str) -> pd.DataFrame:
    return raw[bad].assign(column=name, value=raw.loc[bad, name])[["source", "row", "column", "value"]]


def missing(raw: pd.Series, value: pd.Series) -> pd.Series:
    return pd.Series(np.where(value.notna(), None, np.where(raw == "", "not_recorded", "unusable")), raw.index)


def read(path: Path, places: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    raw["source"] = path.stem
    raw["row"] = raw.index + 2
    rejects = []
    parsed = {name: pd.to_datetime(raw[name], format="%d/%m/%Y", errors="coerce") for name in DATES}
    parsed["HORA"] = pd.to_datetime(raw["HORA"], format="%H:%M", errors="coerce")
    age = pd.to_numeric(raw["EDAD"], errors="coerce")
    parsed["EDAD"] = age.where((age >= 0) & (age <= 120))
    parsed["UBIGEO"] = raw["UBIGEO"].where(raw["UBIGEO"].isin(places))
    for name, value in parsed.items():
        rejects.append(reject(raw, value.isna() & (raw[name] != ""), name))
        raw[f"{name}_raw"] = raw[name]
        raw[f"{name}_missing"] = missing(raw[name], value)
        raw[name] = value
    raw["HORA"] = raw["HORA_raw"].where(raw["HORA"].notna())
    for name, table in CODES.items():
        raw[f"{name}_raw"] = raw[name]
        raw[name] = raw[name].map(lambda text, table=table: code(text, table))
    raw["delay"] = (raw["FECHA_REGISTRO"] - raw["FECHA_HECHO"]).dt.days
    return raw, pd.concat(rejects)


def folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return " ".join(sorted(re.sub(r"[^A-Z]+", " ", plain).split()))


def join(records: pd.DataFrame) -> np.ndarray:
    records["DNI"] = records["DNI"].str.replace(r"\D", "", regex=True)
    known = records[records["DNI"].str.len() == 8]
    first = known.groupby("DNI").cumcount() == 0
    leader = known["DNI"].map(pd.Series(known.index[first], index=known.loc[first, "DNI"]))
    whole = records["NOMBRES"] + " " + records["APELLIDO_PATERNO"] + " " + records["APELLIDO_MATERNO"]
    records["name"] = whole.map({name: folded(name) for name in whole.unique()})
    left = records[["name", "SEXO", "FECHA_HECHO"]].reset_index()
    pairs = left.merge(left, on=["name", "SEXO"])
    days = (pairs["FECHA_HECHO_x"] - pairs["FECHA_HECHO_y"]).abs().dt.days
    pairs = pairs[(pairs["index_x"] < pairs["index_y"]) & (days <= 1)]
    rows = np.concatenate([known.index, pairs["index_x"]])
    columns = np.concatenate([leader, pairs["index_y"]])
    size = len(records)
    return connected_components(coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size)))[1]


def fuse(records: pd.DataFrame) -> pd.DataFrame:
    kinds = {"unknown", "not_recorded", "unmapped"}
    known = records.copy()
    for name in CODES:
        known[name] = known[name].where(~known[name].isin(kinds))
    grouped = known.groupby("case")
    cases = grouped.first()
    for name in FUSED:
        cases[f"{name}_disagree"] = grouped[name].nunique() > 1
        cases[f"{name}_source"] = known[known[name].notna()].groupby("case")["source"].first()
    cases["sources"] = grouped["source"].agg(lambda sources: "+".join(sorted(set(sources))))
    for name in CODES:
        cases[name] = cases[name].fillna("unknown")
    return cases


def exact(counts: pd.DataFrame) -> pd.DataFrame:
    counts["low"] = np.nan_to_num(chi2.ppf(0.025, 2 * counts["count"]) / 2)
    counts["high"] = chi2.ppf(0.975, 2 * counts["count"] + 2) / 2
    return counts


def shares(part: pd.DataFrame, whole: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    table = part.merge(whole, on=on, suffixes=("", "_whole"))
    table["share"] = table["count"] / table["count_whole"]
    table["share_low"] = np.nan_to_num(beta.ppf(0.025, table["count"], table["count_whole"] - table["count"] + 1))
    table["share_high"] = np.nan_to_num(
        beta.ppf(0.975, table["count"] + 1, table["count_whole"] - table["count"]), nan=1
    )
    return table


def counted(deaths: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return deaths.groupby(by, observed=True).size().rename("count").reset_index()


def figures(cases: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    deaths = cases[cases["INTENCION"] == "intentional"].copy()
    on = deaths["FECHA_HECHO"].fillna(deaths["FECHA_MUERTE"])
    deaths["year"] = on.dt.year.astype(str)
    deaths["month"] = on.dt.strftime("%Y-%m")
    deaths["half"] = deaths["year"] + np.where(on.dt.month <= 6, "-H1", "-H2")
    deaths["all"] = "all"
    deaths["weekday"] = deaths["FECHA_HECHO"].dt.day_of_week + 1
    deaths["hour"] = deaths["HORA"].str[:2]
    deaths["hour_of_week"] = deaths["weekday"].astype(str) + "-" + deaths["hour"]
    deaths["month_of_year"] = on.dt.month
    deaths["qualified"] = deaths["DELITO"].isin(["homicidio_calificado", "sicariato"])
    deaths["age_group"] = pd.cut(deaths["EDAD"], [0, 15, 30, 45, 60, 200], right=False).astype(str)
    made = []
    for length in (2, 4, 6):
        deaths["unit"] = deaths["UBIGEO"].str[:length]
        for period in ("year", "month", "half", "all"):
            renamed = deaths.drop(columns="month") if period != "month" else deaths
            total = counted(renamed.rename(columns={period: "period"}), ["unit", "period"])
            made.append(total.assign(breakdown="total"))
            for name, chosen in SHARES.items():
                if period in ("year", "all") or (period == "half" and name == "share_qualified"):
                    part = counted(deaths[chosen(deaths)].rename(columns={period: "period"}), ["unit", "period"])
                    made.append(shares(part, total, ["unit", "period"]).assign(breakdown=name))
        for breakdown in BREAKDOWNS:
            if length == 6 and breakdown in HOURS:
                continue
            for period in ("all",) if breakdown in ONLY_WHOLE else ("year", "all"):
                table = counted(deaths.rename(columns={period: "period"}), ["unit", "period", breakdown])
                table = table.rename(columns={breakdown: "category"})
                if length < 6:
                    whole = table.groupby(["unit", "period"])["count"].sum().reset_index()
                    table = shares(table, whole, ["unit", "period"])
                made.append(table.assign(breakdown=breakdown))
    counts = exact(pd.concat(made))
    population["period"] = population["year"].astype(str)
    rates = counts.merge(population, left_on=["unit", "period"], right_on=["code", "period"], how="left")
    for name in ("count", "low", "high"):
        rates[f"{name}_rate"] = rates[name] / rates["population"] * 1e5
    return rates.sort_values(["breakdown", "unit", "period"])


def main(folder: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    population = pd.read_csv(folder / "territory" / "population.csv", dtype={"code": str})
    places = set(population["code"])
    read_files = [read(path, places) for path in sorted((folder / "sources").glob("*/*.csv"))]
    records = pd.concat([records for records, _ in read_files], ignore_index=True)
    rejects = pd.concat([rejects for _, rejects in read_files], ignore_index=True)
    records["case"] = join(records)
    cases = fuse(records)
    made = figures(cases, population)
    made["category"] = made["category"].astype(str)
    for name, table in {"records": records, "rejects": rejects, "cases": cases, "figures": made}.items():
        table.to_parquet(out / f"{name}.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
