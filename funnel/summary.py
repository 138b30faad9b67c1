"""Prints a summary of the last build of a database on one page."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from funnel.alerts.read import read_from
from funnel.alerts.show import brief
from funnel.open_warehouse import open_warehouse
from funnel.places import BUILD_FIRST, unreadable

Row = tuple[Any, ...]

# Headings of columns of words; all others are numbers.
TEXTS = {"", "stage", "business", "system", "reason", "handoff", "answer", "reading"}

# Up to the win: who qualified, how many of those of the stage before did, and who passed without.
FUNNEL = """
    with stages as (
        select
            stage,
            stage_name,
            stage_order,
            lag(stage) over (order by stage_order) as stage_before
        from seeds.lifecycle_stages
        where stage_order <= (
            select max(stage_order) from seeds.lifecycle_stages where planning_node = 'win'
        )
    ),
    entries as (from marts.fct_lifecycle where stage_entry_number = 1)
    select
        stages.stage_name,
        count(entries.journey_key) filter (entries.is_qualified),
        count(entries.journey_key) filter (entries.is_qualified and entries_before.is_qualified),
        count(entries.journey_key) filter (not entries.is_qualified)
    from stages
    left join entries on stages.stage = entries.stage
    left join entries as entries_before
        on stages.stage_before = entries_before.stage
        and entries.journey_key = entries_before.journey_key
    group by stages.stage_name, stages.stage_order
    order by stages.stage_order
"""

# Later stages are no ladder: each happens to some customers, in any order.
AFTERWARDS = """
    select stages.stage_name, count(distinct lifecycle.journey_key)
    from seeds.lifecycle_stages as stages
    left join marts.fct_lifecycle as lifecycle
        on stages.stage = lifecycle.stage and lifecycle.is_qualified
    where stages.stage_order > (
        select max(stage_order) from seeds.lifecycle_stages where planning_node = 'win'
    )
    group by stages.stage_name, stages.stage_order
    order by stages.stage_order
"""

REVENUE = """
    select coalesce(sum(won_amount), 0), coalesce(sum(renewal_and_expansion_amount), 0)
    from marts.fct_journeys
"""

# Against comparable handoffs that were accepted in time; an interval cannot be added up.
HANDOFF_COSTS = """
    select
        from_stages.stage_name || ' to ' || to_stages.stage_name,
        costs.handoff_result,
        costs.forgone_amount,
        costs.low_95_forgone_amount,
        costs.high_95_forgone_amount,
        costs.finding
    from marts.handoff_costs as costs
    inner join intermediate.int_stage_pairs_listed as steps using (step)
    inner join seeds.lifecycle_stages as from_stages on steps.stage = from_stages.stage
    inner join seeds.lifecycle_stages as to_stages on steps.to_stage = to_stages.stage
    where costs.status = 'ok'
    order by from_stages.stage_order, costs.handoff_result
"""

# A second reading of a table has no read_count: it reads no rows of its own.
READ = """
    select system, sum(read_count)
    from (
        select distinct system, source_table, read_count
        from marts.source_reconciliation
        where read_count is not null
    )
    group by system
"""

STATUSES = """
    select system, row_status, sum(row_count)
    from marts.source_reconciliation
    where read_count is not null
    group by system, row_status
"""

REASONS = """
    select row_status, coalesce(reason, reason_code), sum(row_count) as row_count
    from marts.source_reconciliation
    where row_status <> 'counted' and read_count is not null
    group by row_status, coalesce(reason, reason_code)
    order by row_status, row_count desc, coalesce(reason, reason_code)
"""


def show_summary(database: Path) -> int:
    """Prints the page: 0, or 1 where there is nothing to read."""
    if not database.exists():
        print(f"There is no database {database}: {BUILD_FIRST}.", file=sys.stderr)
        return 1
    try:
        _print_summary(database)
    except duckdb.CatalogException:
        print(f"{database} has no marts yet: {BUILD_FIRST}.", file=sys.stderr)
        return 1
    except duckdb.IOException as error:
        print(unreadable(database, error), file=sys.stderr)
        return 1
    return 0


def _print_summary(database: Path) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=100)
    with open_warehouse(database) as connection:

        def ask(query: str) -> list[Row]:
            return connection.execute(query).fetchall()

        tables = [
            _funnel(ask(FUNNEL)),
            _afterwards(ask(AFTERWARDS)),
            _revenue(ask(REVENUE)[0]),
            _handoff_costs(ask(HANDOFF_COSTS)),
            _rows(ask),
            _reasons(ask(REASONS)),
        ]
        notes = [*_alerts(connection), *_history(connection)]
    for table in tables:
        console.print(table)
        console.print()
    console.print(
        *notes,
        f"Database:  {database} (open it read-only while a build may run)",
        "Open next: marts.fct_lifecycle, one row per stage entry;",
        "           marts.fct_journeys, the same with one row per journey;",
        "           marts.quarantine, every row that could not be used, and why.",
        sep="\n",
        highlight=False,
        soft_wrap=True,
    )


def _alerts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    try:
        return [brief(read_from(connection))]
    except duckdb.CatalogException:
        return []


def _history(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """From when on earlier builds remember what the systems showed."""
    found = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'history'"
    ).fetchall()
    firsts = [
        connection.execute(f'select min(snapshotted_at) from history."{name}"').fetchall()[0][0]
        for (name,) in found
    ]
    starts = [first for first in firsts if first]
    if not starts:
        return []
    return [
        f"History:   own memory starts on {min(starts):%Y-%m-%d}; earlier days are known only as"
        " the systems show them today"
    ]


def _funnel(rows: Sequence[Row]) -> Table:
    table = _table("The funnel", "stage", "journeys", "share of those above", "passed without")
    before: int | None = None
    for name, journeys, from_before, passed_without in rows:
        rate = "" if before is None else _share(from_before, before)
        table.add_row(name, f"{journeys:,}", rate, f"{passed_without:,}")
        before = journeys
    return table


def _afterwards(rows: Sequence[Row]) -> Table:
    table = _table("Later events", "stage", "journeys")
    for name, journeys in rows:
        table.add_row(name, f"{journeys:,}")
    return table


def _revenue(amounts: Row) -> Table:
    table = _table("Won revenue, in the reporting currency", "business", "amount")
    for name, amount in zip(("new", "later (renewal and expansion)"), amounts, strict=True):
        table.add_row(name, f"{amount:,.2f}")
    return table


def _handoff_costs(rows: Sequence[Row]) -> Table:
    """Unclear: the interval includes 0. Selection: they yielded more than comparable ones."""
    title = "What handoffs cost, against comparable ones accepted in time"
    table = _table(title, "handoff", "answer", "cost", "95 % interval", "reading")
    for handoff, result, cost, low, high, finding in rows:
        table.add_row(
            handoff, _plain(result), f"{cost:,.0f}", f"{low:,.0f} to {high:,.0f}", _plain(finding)
        )
    return table


def _rows(ask: Callable[[str], list[Row]]) -> Table:
    statuses = ("counted", "set_aside", "quarantined")
    table = _table(
        "Rows of the source systems", "system", "read", *(_plain(status) for status in statuses)
    )
    found = {(system, status): number for system, status, number in ask(STATUSES)}
    read: dict[str, int] = dict(ask(READ))
    for system in sorted(read):
        numbers = [read[system], *(found.get((system, status), 0) for status in statuses)]
        table.add_row(system, *(f"{number:,}" for number in numbers))
    totals = [sum(row.values()) for row in [read, *(_of(found, status) for status in statuses)]]
    table.add_row("all", *(f"{number:,}" for number in totals), style="bold")
    return table


def _reasons(rows: Sequence[Row]) -> Table:
    table = _table("Why rows were not counted", "", "reason", "rows")
    for status, reason, number in rows:
        table.add_row(_plain(status), reason, f"{number:,}")
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in headings:
        is_text = heading in TEXTS
        table.add_column(heading, justify="left" if is_text else "right")
    return table


def _of(found: dict[tuple[str, str], int], wanted: str) -> dict[str, int]:
    return {system: number for (system, status), number in found.items() if status == wanted}


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _plain(word: str) -> str:
    return word.replace("_", " ")
