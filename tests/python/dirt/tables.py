"""Columns and tables that are missing, empty, renamed, doubled or of another type.

Each build has one change per system. Staging is compiled anew by dbt, since it depends on the
columns that have landed; the rest is built as for cells."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import duckdb

from funnel.demo.schema import SYNCED, columns
from tests.python.dirt.company import NAME, VARS, DirtCompany, Node
from tests.python.warm_dbt import run_dbt

STOPPED, SAME, EMPTY = "a clear stop", "same", "nothing known, and shown"
TOTALS = {
    "won amount": "select sum(won_amount) from marts.dim_opportunities",
    "wins": "select count(*) from marts.dim_opportunities where outcome = 'won'",
    "lost": "select count(*) from marts.dim_opportunities where outcome = 'lost'",
    "opportunities": "select count(*) from marts.dim_opportunities",
    "persons": "select count(*) from marts.dim_persons",
    "recurring revenue": "select sum(closing_amount) from marts.fct_mrr_movements",
    "payments": "select sum(amount) from marts.fct_payments",
    "ad spend": (
        "select sum(amount) from intermediate.int_ad_spend_rows_checked where reason_code is null"
    ),
    "leads": "select count(*) from marts.fct_lifecycle where stage = 'lead'",
}
"""What may not become less or more without a report of it."""
# What a clear stop says somebody should do.
ADVICE = re.compile(r"Load it|source_columns|land it as|take \w+ out of the var systems")


@dataclass(frozen=True)
class Change:
    """One change of a table, as SQL, and whether the build must be as before."""

    name: str
    table: str
    column: str | None
    sql: str
    is_same: bool

    @property
    def shown(self) -> str:
        return f"{self.name}, {self.table}{f'.{self.column}' if self.column else ''}"


@dataclass(frozen=True)
class Outcome:
    change: Change
    fate: str
    fault: str | None = None


Make = Callable[[str, str, str], tuple[str, bool] | None]
"""SQL for a table, a column and its kind, and whether it changes nothing; none if it fits not."""


def _typed_as(table: str, column: str, type_: str) -> str:
    return f'alter table {table} alter "{column}" type {type_}'


def _missing_column(table: str, column: str, kind: str) -> tuple[str, bool]:
    return f'alter table {table} drop "{column}"', False


def _empty_column(table: str, column: str, kind: str) -> tuple[str, bool]:
    return f'update {table} set "{column}" = null', False


def _renamed_by_case(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    if column.startswith("_"):
        return None
    new = "".join(part.title() for part in column.split("_"))
    # DuckDB knows no difference of case in a name that is to change.
    return (
        f'alter table {table} rename "{column}" to renamed_now;'
        f' alter table {table} rename renamed_now to "{new}"',
        True,
    )


def _doubled_column(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    if "_" not in column.strip("_"):
        return None
    return f'alter table {table} add "{column}_" varchar', False


def _other_number(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    return (_typed_as(table, column, "double"), True) if kind == "int" else None


def _as_decimal(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    return (_typed_as(table, column, "decimal(38, 6)"), True) if kind in ("int", "float") else None


def _as_text(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    return (_typed_as(table, column, "varchar"), True) if kind != "str" else None


def _as_epoch(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    if kind != "when":
        return None
    return f'{_typed_as(table, column, "bigint")} using epoch_us("{column}")', True


def _as_time_of_day(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    if kind != "when":
        return None
    return f'{_typed_as(table, column, "time")} using cast("{column}" as time)', False


def _as_flag(table: str, column: str, kind: str) -> tuple[str, bool] | None:
    return (f"{_typed_as(table, column, 'boolean')} using true", False) if kind == "when" else None


def _more_columns(table: str, column: str, kind: str) -> tuple[str, bool]:
    return f"alter table {table} add custom_field_c varchar default 'x'", True


def _missing_table(table: str, column: str, kind: str) -> tuple[str, bool]:
    return f"drop table {table}", False


def _empty_table(table: str, column: str, kind: str) -> tuple[str, bool]:
    return f"delete from {table}", False


def _table_in_capitals(table: str, column: str, kind: str) -> tuple[str, bool]:
    schema, name = table.split(".")
    return (
        f"alter table {table} rename to renamed_now;"
        f' alter table {schema}.renamed_now rename to "{name.title()}"',
        True,
    )


CHANGES: dict[str, tuple[Make, int]] = {
    "a column is missing": (_missing_column, 14),
    "a column is empty": (_empty_column, 8),
    "a column is spelled in another case": (_renamed_by_case, 5),
    "two columns have one name": (_doubled_column, 4),
    "whole numbers landed as fractions": (_other_number, 4),
    "numbers landed as decimals": (_as_decimal, 3),
    "a column landed as text": (_as_text, 3),
    "times landed as microseconds": (_as_epoch, 3),
    "times landed as times of day": (_as_time_of_day, 2),
    "times landed as flags": (_as_flag, 2),
    "a column is new": (_more_columns, 2),
    "a table is missing": (_missing_table, 4),
    "a table is empty": (_empty_table, 4),
    "a table is spelled in another case": (_table_in_capitals, 2),
}
"""Each change, and how many of sixty it is."""


def draw_changes(connection: duckdb.DuckDBPyConnection, count: int, seed: int) -> list[Change]:
    """So many, in the proportions above, each of a column that the models read or may read."""
    random = Random(seed)
    wanted = [name for name, (_, share) in CHANGES.items() for _ in range(share)]
    random.shuffle(wanted)
    found: list[Change] = []
    tables = [
        table
        for (table,) in connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in"
            " ('hubspot', 'salesforce', 'stripe', 'zendesk', 'google_ads', 'linkedin_ads',"
            " 'facebook_ads') order by 1"
        ).fetchall()
    ]
    seen = set()
    while len(found) < count:
        name = wanted[len(found) % len(wanted)]
        table = random.choice(tables)
        column, kind = random.choice(list(columns(table).items()))
        made = CHANGES[name][0](table, column, kind)
        is_of_table = name.startswith("a table")
        if made is None or (name, table, column) in seen or column == SYNCED:
            continue
        seen.add((name, table, column))
        found.append(Change(name, table, None if is_of_table else column, *made))
    return found


def share_out(changes: Sequence[Change]) -> list[list[Change]]:
    """Builds of one change per system each."""
    builds: list[list[Change]] = []
    for change in changes:
        for build in builds:
            if all(other.table.split(".")[0] != change.table.split(".")[0] for other in build):
                build.append(change)
                break
        else:
            builds.append([change])
    return builds


def try_changes(company: DirtCompany, folder: Path, changes: Sequence[Change]) -> list[Outcome]:
    """What becomes of changes of different systems; those that stop the build are undone."""
    folder.mkdir(parents=True)
    spoilt = replace(company, database=folder / NAME)
    stops: list[Outcome] = []
    left = list(changes)
    while left:
        shutil.copy(company.database, spoilt.database)
        with spoilt.open() as connection:
            for change in left:
                connection.execute(change.sql)
        said, staging = _stage(spoilt.database, folder / "target")
        if not said:
            break
        stopped = [each for each in left if _own(each, said)] or left
        stops += [_judge_stop(change, _own(change, said) or said) for change in stopped]
        left = [change for change in left if change not in stopped]
    if left:
        stops += _compare(company, spoilt, staging, left)
    shutil.rmtree(folder)
    return stops


def _stage(database: Path, target: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What dbt says of the staging models that stop, and the SQL of the others."""
    arguments = ["run", "--quiet", "--select", "path:models/staging"]
    outcome = run_dbt(arguments, database, target, VARS)
    results = getattr(outcome.result, "results", [])
    said = {each.node.name: str(each.message) for each in results if str(each.status) == "error"}
    if outcome.exception:
        said["dbt"] = str(outcome.exception)
    return said, {each.node.name: each.node.compiled_code for each in results}


def _own(change: Change, said: dict[str, str]) -> dict[str, str]:
    system = change.table.split(".")[0]
    return {name: text for name, text in said.items() if f"_{system}__" in name}


def _judge_stop(change: Change, said: dict[str, str]) -> Outcome:
    """A clear stop names the table and the column, and says what to do."""
    text = " ".join(said.values())
    names = [change.table.split(".")[1], *([change.column] if change.column else [])]
    first = " ".join(text.split())[:300]
    if change.is_same:
        return Outcome(change, STOPPED, f"stops, though the values are the same: {first}")
    if not all(name in text for name in names) or not ADVICE.search(text):
        return Outcome(change, STOPPED, f"the stop is not clear: {first}")
    return Outcome(change, STOPPED)


def _compare(
    company: DirtCompany, spoilt: DirtCompany, staging: dict[str, str], changes: Sequence[Change]
) -> list[Outcome]:
    models = [
        Node(model.name, model.relation, staging.get(model.name, model.sql))
        for model in company.models
    ]
    spoilt = replace(spoilt, models=models)
    with spoilt.open() as connection:
        connection.execute(f"attach '{company.database}' as before (read_only)")
        for model in models:
            if model.name in staging:
                connection.execute(f"create table reading as {model.sql}")
                connection.execute(f"drop view if exists {model.relation}")
                connection.execute(f"create table {model.relation} as from reading")
                connection.execute("drop table reading")
        try:
            spoilt.build_again(connection)
        except duckdb.Error as problem:
            first = str(problem).splitlines()[0]
            return [Outcome(each, STOPPED, f"the stop is not clear: {first}") for each in changes]
        laws = spoilt.failing_laws(connection)
        faults = [f"the data test {law} fails" for law in laws]
        return [_judge_change(connection, change, faults) for change in changes]


CHECKED = """
    select table_name from {database}duckdb_tables()
    where schema_name = 'intermediate' and table_name like '%rows_checked'
    and database_name = 'revenue_funnel'
"""


def _judge_change(
    connection: duckdb.DuckDBPyConnection, change: Change, faults: Sequence[str]
) -> Outcome:
    """Looks at the rows of the change's own system."""
    system = change.table.split(".")[0]
    differing = []
    reported = False
    tables = connection.execute(CHECKED.format(database="")).fetchall()
    for (name,) in sorted(tables):
        own = f"select * exclude (loaded_at) from {{}}intermediate.{name} where system = '{system}'"
        here, before = own.format(""), own.format("before.")
        count = "select count(*) from (({}) except all ({}))"
        new = connection.execute(count.format(here, before)).fetchall()[0][0]
        gone = connection.execute(count.format(before, here)).fetchall()[0][0]
        if new or gone:
            differing.append(f"{name} {gone} -> {new}")
        counted = (
            f"select count(*) from {{}}intermediate.{name} where system = '{system}'"
            " and (reason_code is not null or reason_detail is not null)"
        )
        now, then = (
            connection.execute(counted.format(where)).fetchall()[0][0] for where in ("", "before.")
        )
        reported = reported or now > then
    if faults:
        return Outcome(change, "a data test fails", "; ".join(faults))
    if not differing:
        return Outcome(change, SAME)
    if change.is_same:
        return Outcome(change, "different", f"the values are the same: {', '.join(differing)}")
    moved = _moved_totals(connection)
    if moved and not reported and not _rows_are_gone(change):
        return Outcome(change, "changed in silence", f"{', '.join(moved)} ({differing})")
    return Outcome(change, "reported" if reported else EMPTY)


def _rows_are_gone(change: Change) -> bool:
    """Where the owner's table is empty, nothing can be counted: what is read shows no rows."""
    return change.name == "a table is empty"


def _moved_totals(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = []
    for name, sql in TOTALS.items():
        now = connection.execute(sql).fetchall()[0][0]
        then = connection.execute(
            re.sub(r"from (marts|intermediate)\.", r"from before.\1.", sql)
        ).fetchall()[0][0]
        if now != then:
            found.append(f"{name} {then} -> {now}")
    return found
