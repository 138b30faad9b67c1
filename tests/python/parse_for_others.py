"""Compiles every model through the adapter of a warehouse that is not here, and parses it there.

`make test-dialects` runs it for Snowflake, BigQuery, Redshift and Databricks, each in an
environment of its own that has the adapter. There is no connection: the tables of the demo company
in a DuckDB file stand in for what the adapter would be asked. It prints each model
that does not compile, or that sqlglot cannot read in that dialect, and the functions that sqlglot
does not know."""

import importlib
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import agate
import duckdb
import sqlglot
from dbt.adapters.base.meta import available
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.cli.main import dbtRunner
from sqlglot import exp

ROOT = Path(__file__).resolve().parents[2]
OUTPUTS: dict[str, dict[str, str | int]] = {
    "snowflake": {"account": "none", "user": "nobody", "password": "none", "warehouse": "none"},
    "bigquery": {"method": "oauth"},
    "redshift": {"host": "localhost", "user": "nobody", "password": "none", "port": 5439},
    "databricks": {"host": "localhost", "http_path": "/none", "token": "none"},
}
"""What each adapter wants to know before it connects, which it never does here."""
MODELS_NOT_READ = {"snowflake": 18, "bigquery": 22, "redshift": 0, "databricks": 0}
"""How many models sqlglot cannot read there yet, and why: docs/engines.md."""
NAMES_OF_DATABASE = {"redshift": "dbname", "databricks": "catalog", "bigquery": "project"}

Columns = dict[str, list[tuple[str, str]]]


def parse_for(warehouse: str, database: Path) -> int:
    """0 if all models compile, and no more than known do not parse there, else 1."""
    _answer_from(_columns_of_sources(database), warehouse)
    nodes = _compile(warehouse)
    faults = 0
    unknown: Counter[str] = Counter()
    for node in nodes:
        try:
            tree = sqlglot.parse_one(node.compiled_code, dialect=warehouse)
            unknown.update({function.name.lower() for function in tree.find_all(exp.Anonymous)})
        except (sqlglot.errors.SqlglotError, TypeError) as fault:
            faults += 1
            print(f"{node.name}: {str(fault or 'did not compile').splitlines()[0][:200]}")
    print(f"{warehouse}: {len(nodes) - faults} of {len(nodes)} models parse", flush=True)
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(unknown.items()))
    print(f"functions that {warehouse} may not have, and the models that use them: {listed}")
    return 0 if nodes and faults <= MODELS_NOT_READ[warehouse] else 1


def _columns_of_sources(database: Path) -> Columns:
    """Of each table of a source system, in a file that `funnel demo` has loaded."""
    found: Columns = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table, name, kind in connection.execute(
            "select table_schema, table_name, column_name, data_type"
            " from information_schema.columns where table_catalog = current_database()"
            " order by table_schema, table_name, ordinal_position"
        ).fetchall():
            found.setdefault(f"{schema}.{table}".lower(), []).append((name, kind))
    return found


def _answer_from(columns: Columns, warehouse: str) -> None:
    """Lets the adapter look for tables and columns in the list instead of its warehouse."""

    def get_relation(self: Any, database: str, schema: str, identifier: str) -> Any:
        if f"{schema}.{identifier}".lower() not in columns:
            return None
        names = {"database": database, "schema": schema, "identifier": identifier}
        return self.Relation.create(**names, type="table")

    def get_columns(self: Any, relation: Any) -> list[Any]:
        found = columns[f"{relation.schema}.{relation.identifier}".lower()]
        return [self.Column.create(name, _type_there(kind, warehouse)) for name, kind in found]

    def execute(self: Any, sql: str, *rest: Any, **more: Any) -> tuple[Any, agate.Table]:
        # The one query that models ask while they are compiled: is this table there?
        asked = re.findall(r"= lower\('([^']*)'\)", sql)
        if "information_schema.tables" not in sql or len(asked) != 3:
            raise RuntimeError(f"there is no connection for {sql[:100]}")
        rows = [[asked[2]]] if ".".join(asked[1:]) in columns else []
        return AdapterResponse("ok"), agate.Table(rows, ["table_name"], [agate.Text()])

    # Before the adapter takes the function that looks for a login.
    if warehouse == "bigquery":
        credentials = importlib.import_module("google.auth.credentials").AnonymousCredentials
        google = importlib.import_module("google.auth")
        google.default = lambda *_, **__: (credentials(), "analytics")  # type: ignore[attr-defined]
    adapter = importlib.import_module(f"dbt.adapters.{warehouse}").Plugin.adapter
    adapter.get_relation = available(get_relation)
    adapter.get_columns_in_relation = available(get_columns)
    adapter.execute = available(execute)


def _type_there(kind: str, warehouse: str) -> str:
    return exp.DataType.build(kind, dialect="duckdb").sql(dialect=warehouse)


def _compile(warehouse: str) -> list[Any]:
    """The models as dbt has compiled them."""
    output: dict[str, str | int] = {
        "type": warehouse,
        "schema": "public",
        "threads": 1,
        **OUTPUTS[warehouse],
    }
    output.setdefault(NAMES_OF_DATABASE.get(warehouse, "database"), "analytics")
    profile = {"revenue_funnel": {"target": warehouse, "outputs": {warehouse: output}}}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
        places = ["--profiles-dir", folder, "--target-path", folder, "--log-path", folder]
        arguments = ["--quiet", "compile", "--no-populate-cache", "--project-dir", str(ROOT)]
        models = ["--select", "resource_type:model", "--indirect-selection", "empty"]
        result = dbtRunner().invoke([*arguments, *places, *models])
    if result.exception:
        raise result.exception
    return [found.node for found in result.result or []]  # type: ignore[union-attr]


if __name__ == "__main__":
    sys.exit(parse_for(sys.argv[1], Path(sys.argv[2])))
