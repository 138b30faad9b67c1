"""The scores of all companies as one table to read."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

HEADING = Path(__file__).with_name("heading.md")
COLUMNS = (
    "companies",
    "number",
    "planner",
    "bias",
    "error",
    "p90",
    "within 10 %",
    "80",
    "95",
    "revenue 80",
    "revenue 95",
    "P80 met",
    "probability",
    "hit",
)
SHARES = (
    "is_in_80",
    "is_in_95",
    "current_pace_in_80",
    "current_pace_in_95",
    "safe_met",
    "current_pace_probability",
    "current_pace_hit",
)
SCORES = """
    create table scores as
    select *, row_number() over () as place from read_csv('{scores}', nullstr = 'nan')
"""
SEEDS = "select seed from scores group by seed order by min(place)"
FIGURES = """
    select
        kind,
        count(*),
        planner,
        round(100 * median(error)),
        round(100 * median(abs(error)), 1),
        round(100 * quantile_cont(abs(error), 0.9)),
        round(100 * avg(cast(abs(achieved - 1) <= 0.1 as integer))),
        {shares}
    from scores
    where {chosen}
    group by kind, planner
    order by min(min(place)) over (partition by kind), planner != 'this project', planner
"""


def write_table(scores: Path, table: Path) -> None:
    """All planners, one line per kind of company; with several seeds, this project's plan also by
    seed."""
    with duckdb.connect() as connection:
        connection.execute(SCORES.format(scores=scores))
        seeds = [seed for (seed,) in connection.execute(SEEDS).fetchall()]
        tables = [_table(connection, "All companies", "true")]
        for seed in seeds if len(seeds) > 1 else []:
            chosen = f"seed = {seed} and planner = 'this project'"
            tables.append(_table(connection, f"Seed {seed}", chosen))
    table.write_text(HEADING.read_text() + "\n".join(tables))


def _table(connection: duckdb.DuckDBPyConnection, title: str, chosen: str) -> str:
    shares = ", ".join(f"round(100 * avg({share}))" for share in SHARES)
    rows = connection.execute(FIGURES.format(shares=shares, chosen=chosen)).fetchall()
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *map(_line, rows)]
    return "\n".join([f"## {title}", "", *lines, ""])


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value + 0:g}" if isinstance(value, float) else str(value)
