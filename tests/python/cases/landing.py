"""Lands the cases of a file in the connectors' tables of one database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from funnel.demo.schema import SYNCED, SYSTEMS, columns

FOLDER = Path(__file__).parent
FIRST_NUMBER = 70001
LOADED_AT = "2026-06-30 12:00:00"
"""When the connectors loaded every row that does not say otherwise: the day before the cutoff."""
READ = (
    "+dim_opportunities +fct_lifecycle +fct_mrr_movements +kpi_attribution_by_model"
    " +fct_pipeline_waterfall_by_period +int_ad_spend_unioned"
)
"""The models that the questions of the cases read."""
Row = dict[str, Any]
Landed = dict[str, list[Row]]
SQL_TYPES = {
    "int": "bigint",
    "float": "double",
    "decimal": "decimal(20, 2)",
    "str": "varchar",
    "bool": "boolean",
    "at": "timestamp",
    "when": "timestamp",
    "end": "timestamp",
    "date": "date",
}


@dataclass(frozen=True)
class Case:
    """Rows that differ from the base, and what must come out."""

    name: str
    number: int
    rows: Landed
    right: Mapping[str, Any]


@dataclass(frozen=True)
class Company:
    """One database: the cases of its files, and how its tables differ from the demo company's."""

    cases: list[Case]
    shared: Landed
    without_columns: Mapping[str, list[str]] = field(default_factory=dict)
    more_columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    with_tables: list[str] = field(default_factory=list)
    without_tables: list[str] = field(default_factory=list)
    vars: Mapping[str, Any] = field(default_factory=dict)
    read: str = READ


def shared_rows() -> Landed:
    """What every company has landed, whatever its cases are."""
    return dict(_base()["shared"])


def files_of(company: str) -> list[Path]:
    """The files whose cases are landed together: the one of that name, and those that name it."""
    return [
        path
        for path in sorted(FOLDER.glob("*.yml"))
        if company in (path.stem, _content(path).get("lands_with"))
    ]


def companies() -> list[str]:
    """The files that name no other."""
    files = [path for path in FOLDER.glob("*.yml") if not path.stem.startswith("base")]
    return sorted(path.stem for path in files if "lands_with" not in _content(path))


def read_company(name: str) -> Company:
    """The cases of a file in this folder, and of the files that are landed with it."""
    merged: dict[str, Any] = {"shared": shared_rows()}
    cases: list[Case] = []
    for path in files_of(name):
        content = dict(_content(path))
        content.pop("lands_with", None)
        for each in content.pop("cases"):
            number = FIRST_NUMBER + len(cases)
            rows, right = case_rows(each, number), _filled(each["right"], number)
            cases.append(Case(each["case"], number, rows, right))
        merged["read"] = f"{merged.get('read', '')} {content.pop('read', READ)}".strip()
        for key, value in content.items():
            merged[key] = _together(key, merged.get(key), value)
    return Company(cases=cases, **merged)


def _together(key: str, one: Any, other: Any) -> Any:
    """What two files say of the tables of one company. They may not contradict each other."""
    if one is None:
        return other
    if isinstance(one, list):
        return sorted({*one, *other})
    clash = {name for name in {*one} & {*other} if one[name] != other[name]}
    if key in ("more_columns", "without_columns"):
        return one | other | {name: _together(name, one[name], other[name]) for name in clash}
    assert key == "shared" or not clash, f"two files of one company say otherwise of {clash}"
    return one | other


@cache
def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


@cache
def _base() -> dict[str, Any]:
    """What all files in this folder share; each file named base* adds to it."""
    merged: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("base*.yml")):
        for name, content in yaml.safe_load(path.read_text()).items():
            merged[name] = merged.get(name, {}) | content
    return merged


def case_rows(case: Mapping[str, Any], number: int) -> Landed:
    """The rows of a case: those of its base, and what it gives itself."""
    tables: Landed = {table: [{}] for table in _base()["sets"].get(case.get("base"), [])}
    for table, rows in (case.get("rows") or {}).items():
        tables[table] = [rows] if isinstance(rows, dict) else rows or []
    return {
        table: [
            _filled({SYNCED: LOADED_AT, **_base()["rows"].get(table, {}), **row}, number)
            for row in rows
        ]
        for table, rows in tables.items()
    }


def _filled(value: Any, number: int) -> Any:
    """The number of the case in place of each {n}, in all values of rows and lists."""
    if isinstance(value, str):
        return value.format(n=number)
    if isinstance(value, list):
        return [_filled(each, number) for each in value]
    if isinstance(value, dict):
        return {name: _filled(each, number) for name, each in value.items()}
    return value


def land_company(company: Company, database: Path) -> None:
    """Writes every table of the connectors, with the rows of all cases."""
    with duckdb.connect(str(database)) as connection:
        for table in _tables(company):
            names = _columns(table, company)
            system = table.split(".")[0]
            typed = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in names.items())
            connection.execute(f"create schema if not exists {system}")
            connection.execute(f"create table {table} ({typed})")
            gone = company.without_columns.get(table, [])
            for row in _rows(company, table):
                unknown = set(row) - set(names) - set(gone) - {SYNCED}
                assert not unknown, f"{table} has no columns {unknown}"
                _insert(connection, table, {name: row[name] for name in row if name in names})


def _tables(company: Company) -> list[str]:
    known = [
        f"{system}.{name}"
        for system, names in SYSTEMS.items()
        if system != "truth"
        for name in names
    ]
    # Both a connector's versions and Salesforce's own object: only where a company names it.
    usual = [table for table in known if table != "salesforce.opportunity_history"]
    found = usual + [table for table in company.with_tables if table not in usual]
    return [table for table in found if table not in company.without_tables]


def _columns(table: str, company: Company) -> dict[str, str]:
    system, name = table.split(".")
    found = dict(columns(table)) if name in SYSTEMS[system] else {SYNCED: "when"}
    found |= _base()["more_columns"].get(table, {}) | company.more_columns.get(table, {})
    assert set(found.values()) <= set(SQL_TYPES), f"{table} has a column of an unknown type"
    gone = company.without_columns.get(table, [])
    assert set(gone) <= set(found), f"{table} has no columns {gone} to leave out"
    return {name: kind for name, kind in found.items() if name not in gone}


def _rows(company: Company, table: str) -> Iterator[Row]:
    for row in company.shared.get(table, []):
        yield {SYNCED: LOADED_AT, **row}
    for case in company.cases:
        yield from case.rows.get(table, [])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
