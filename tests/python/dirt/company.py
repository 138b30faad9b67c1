"""The demo company, landed typed or as text, and a quick way to build it again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.demo.schema import SYSTEMS
from funnel.places import ROOT
from tests.python.warm_dbt import run_dbt

NAME = "revenue_funnel.duckdb"
UNTIL = datetime(2026, 7, 1)
PEOPLE = 300
VARS = {"cutoff": UNTIL.isoformat(sep=" ")}
# The facts of each record, who it is, its money, and where every source row went.
READ = [
    "+fct_lifecycle",
    "+dim_opportunities",
    "+dim_persons",
    "+quarantine",
    "+source_reconciliation",
    "+fct_mrr_movements",
    "+fct_payments",
    "+kpi_sales_by_period",
    "+fct_opportunity_changes",
]
ROW = "_dirt_row"
"""A column that numbers the rows of each source table, so that a row without its key is found."""
LANDINGS = ("text", "typed")


@dataclass(frozen=True)
class Node:
    """A model's SQL as dbt compiled it for these source tables."""

    name: str
    relation: str
    sql: str


@dataclass(frozen=True)
class Law:
    """A data test's SQL, and the condition under which its figure is a failure."""

    name: str
    sql: str
    figure: str
    error_if: str


@dataclass
class DirtCompany:
    """One database with the built company. Builds are transactions that are rolled back."""

    database: Path
    landing: str
    models: list[Node] = field(default_factory=list)
    laws: list[Law] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("set TimeZone = 'UTC'; set threads = 2")
            connection.execute("set preserve_insertion_order = false")
            yield connection

    def build_again(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Every table anew, by the SQL that dbt ran. Views read what is there."""
        for model in self.models:
            connection.execute(f"delete from {model.relation}")
            connection.execute(f"insert into {model.relation} by name {model.sql}")

    def failing_laws(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        failing = []
        for law in self.laws:
            sql = f"select {law.figure} {law.error_if} from ({law.sql}) as failures"
            if connection.execute(sql).fetchall()[0][0]:
                failing.append(law.name)
        return failing


def make_company(folder: Path, landing: str, people: int = PEOPLE, seed: int = 7) -> DirtCompany:
    """Generated, landed and built by dbt."""
    company = land_company(folder, landing, people, seed)
    build_by_dbt(company, folder / "target")
    return company


def land_company(folder: Path, landing: str, people: int = PEOPLE, seed: int = 7) -> DirtCompany:
    database = folder / NAME
    generate(people, seed, UNTIL, folder / "demo", workers=1)
    load(folder / "demo", database)
    with duckdb.connect(str(database)) as connection:
        for table in raw_tables(connection):
            values = "columns(*)::varchar" if landing == "text" else "*"
            connection.execute(
                f"create table numbered as select {values}, rowid as {ROW} from {table}"
            )
            connection.execute(f"create or replace table {table} as from numbered")
            connection.execute("drop table numbered")
    return DirtCompany(database, landing)


def build_by_dbt(company: DirtCompany, target: Path, project: Path = ROOT) -> None:
    """Builds the company, and keeps the SQL of models and data tests."""
    _run(["seed"], company.database, target, project)
    results = _run(["run", "--select", *READ], company.database, target, project)
    nodes = [result.node for result in results if result.node.resource_type == "model"]
    company.models = [Node(node.name, node.relation_name, node.compiled_code) for node in nodes]
    views = [node.relation_name for node in nodes if node.get_materialization() == "view"]
    with company.open() as connection:
        for view in views:
            # Several models read each: as a table, it is read once.
            connection.execute(f"create table reading as from {view}")
            connection.execute(f"drop view {view}; create table {view} as from reading")
            connection.execute("drop table reading")
    built = {node.unique_id for node in nodes}
    tests = ["compile", "--select", "resource_type:test"]
    company.laws = [
        Law(node.name, node.compiled_code, node.config.fail_calc, node.config.error_if)
        for node in (result.node for result in _run(tests, company.database, target, project))
        if node.config.severity.lower() == "error"
        and all(name in built or name.startswith("seed.") for name in node.depends_on.nodes)
    ]


def _run(arguments: list[str], database: Path, target: Path, project: Path) -> list[Any]:
    outcome = run_dbt([*arguments, "--quiet"], database, target, VARS, project)
    if not outcome.success:
        results = getattr(outcome.result, "results", [])
        said = [str(each.message) for each in results if str(each.status) in ("error", "fail")]
        raise StoppedError(str(outcome.exception or "\n".join(said)))
    return list(outcome.result.results)  # type: ignore[union-attr]


class StoppedError(Exception):
    """dbt did not build the company; the text is what it said."""


def raw_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    systems = ", ".join(f"'{system}'" for system in SYSTEMS if system != "truth")
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables()"
        f" where schema_name in ({systems}) order by all"
    ).fetchall()
    return [table for (table,) in found]
