"""Forecasts against what came: demo companies, forecast as of past moments, and two simple rivals.

Adds one row per forecast to a CSV file, and writes the page of all of its rows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import duckdb
from dbt.contracts.graph.manifest import Manifest

from funnel.benchmarks.forecasts.table import write_page
from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.places import sources_of
from funnel.run_dbt import run_dbt

END = datetime(2026, 7, 1)
MOMENTS = (
    datetime(2025, 7, 1),
    datetime(2025, 10, 20),
    datetime(2026, 1, 1),
    datetime(2026, 3, 12),
)
NAME = "companies.duckdb"
# Everything that a forecast needs, and nothing else; what came needs less.
FORECASTS = "+kpi_forecasts_by_period"
VALUES = "+int_kpi_values_aggregated"
MADE = """
    select
        forecasts.period_kind, forecasts.period_start, cast(periods.next_starts_at as date),
        periods.is_started, forecasts.funnel, forecasts.metric,
        cast(forecasts.forecast as double), cast(forecasts.low_80 as double),
        cast(forecasts.high_80 as double), cast(forecasts.low_95 as double),
        cast(forecasts.high_95 as double), cast(last_values.actual as double),
        cast(year_before.actual as double)
    from marts.kpi_forecasts_by_period as forecasts
    inner join intermediate.int_reporting_periods_listed as periods
        on forecasts.period_kind = periods.period_kind
        and forecasts.period_start = periods.period_start
    left join intermediate.int_kpi_values_aggregated as last_values
        on forecasts.period_kind = last_values.period_kind
        and forecasts.funnel = last_values.funnel
        and forecasts.metric = last_values.metric
        and last_values.period_start = (
            select max(period_start) from intermediate.int_reporting_periods_listed as complete
            where complete.period_kind = forecasts.period_kind and complete.is_complete
        )
    left join intermediate.int_kpi_values_aggregated as year_before
        on forecasts.period_kind = year_before.period_kind
        and forecasts.funnel = year_before.funnel
        and forecasts.metric = year_before.metric
        and periods.year_before_start = year_before.period_start
    where forecasts.forecast is not null and forecasts.period_kind != 'week'
"""
CAME = """
    select period_kind, period_start, funnel, metric, cast(actual as double)
    from intermediate.int_kpi_values_aggregated
    where period_kind != 'week' and actual is not null
"""
TABLE = """
    create table forecasts (
        people bigint, seed bigint, made_at timestamp, period_kind varchar, period_start date,
        next_period_start date, is_started boolean, funnel varchar, metric varchar,
        forecast double, low_80 double, high_80 double, low_95 double, high_95 double,
        last double, year_ago double, came double)
"""


def measure_forecasts(
    companies: int, people: Sequence[int], seed: int, out: Path, table: Path
) -> None:
    """Adds the forecasts of all companies to the CSV file `out` and writes the page from it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for number in range(companies):
        size = people[number % len(people)]
        rows = _company(size, seed + number)
        _append(out, rows)
        print(f"company {number + 1}, {size:,} people: {len(rows)} forecasts", flush=True)
        write_page(out, table)


def _company(people: int, seed: int) -> list[tuple[Any, ...]]:
    """What was forecast at each moment, with what came by the end."""
    with TemporaryDirectory() as folder:
        demo, database = Path(folder) / "demo", Path(folder) / NAME
        generate(people, seed, END, demo, is_quiet=True)
        load(demo, sources_of(database) or database)
        dbt = _Dbt(database)
        dbt.run(["seed"], END)
        made = {moment: dbt.rows(FORECASTS, moment, MADE) for moment in MOMENTS}
        came = {tuple(row[:4]): row[4] for row in dbt.rows(VALUES, END, CAME)}
    return [
        (people, seed, moment, *row, came[row[0], row[1], row[4], row[5]])
        for moment, rows in made.items()
        for row in rows
        if row[2] is not None and row[2] <= END.date() and (row[0], row[1], row[4], row[5]) in came
    ]


class _Dbt:
    """dbt on one database as of several moments, which the project is parsed for once."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.target = database.with_name("target")
        parsed = run_dbt(
            ["parse", "--quiet"], database, self.target, {"cutoff": END.isoformat(" ")}
        )
        assert parsed.success, parsed.exception
        self.manifest = cast("Manifest", parsed.result)

    def run(self, command: Sequence[str], moment: datetime) -> None:
        outcome = run_dbt(
            [*command, "--quiet", "--no-write-json"],
            self.database,
            self.target,
            {"cutoff": f"{moment}"},
            manifest=self.manifest,
        )
        assert outcome.success, outcome.exception or "a model failed; see dbt's log"

    def rows(self, models: str, moment: datetime, select: str) -> list[tuple[Any, ...]]:
        self.run(["run", "-s", models], moment)
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(select).fetchall()


def _append(out: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        if out.exists():
            connection.execute(f"insert into forecasts select * from read_csv('{out}')")
        connection.executemany(
            f"insert into forecasts values ({', '.join('?' * 17)})", [list(row) for row in rows]
        )
        connection.execute(f"copy forecasts to '{out}' (header)")
