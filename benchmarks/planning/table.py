"""The scores of all companies as one table to read."""

from pathlib import Path

import duckdb

HEADING = Path(__file__).with_name("heading.md")
SHARES = (
    "is_in_80",
    "is_in_95",
    "today_in_80",
    "today_in_95",
    "safe_met",
    "today_chance",
    "today_hit",
)
FIGURES = """
    with scores as (
        select *, row_number() over () as place from read_csv('{scores}', nullstr = 'nan')
    )
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
    group by kind, planner
    order by min(min(place)) over (partition by kind), planner != 'this project', planner
"""


def write_table(scores: Path, table: Path) -> None:
    """One line a kind of company and planner."""
    shares = ", ".join(f"round(100 * avg({share}))" for share in SHARES)
    rows = duckdb.execute(FIGURES.format(shares=shares, scores=scores)).fetchall()
    lines = [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    table.write_text(HEADING.read_text() + "\n".join(lines) + "\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value + 0:g}" if isinstance(value, float) else str(value)
