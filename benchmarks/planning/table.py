"""The scores of all companies as one table to read."""

from pathlib import Path

import duckdb

HEADING = """# The plan against the truth

`python -m benchmarks.planning` draws companies of which everything is known, lets the project's own models plan them, and asks the
truth. Each company has three segments, four steps with gamma waits, lognormal prices, growth, a season, a shifting mix; half of its
failing leads are never closed. It has a target for a quarter that begins in 30, 92 or 183 days and takes 0.7 to 2 times today's
leads. {companies} companies a row; the seed is not one that anything was tuned on.

- **bias**, **error**, **p90**: leads asked for, beside those needed: median, median size, and the size that one in ten exceeds, in %.
- **within 10 %**: how often the plan, kept, gives the target give or take a tenth, in expectation.
- **80, 95**: how often the interval holds the leads really needed. **revenue 80, 95**: how often the interval of revenue at today's
  leads holds what then happens. **P80 met**: how often revenue, as it turns out, reaches the target with the leads of the safe plan.
- **chance, hit**: the mean chance told to reach the target at today's leads, and how often it was reached.

| companies | planner | bias | error | p90 | within 10 % | 80 | 95 | revenue 80 | revenue 95 | P80 met | chance | hit |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""
FIGURES = """
    select
        kind,
        planner,
        round(100 * median(error)),
        round(100 * median(abs(error)), 1),
        round(100 * quantile_cont(abs(error), 0.9)),
        round(100 * avg(cast(abs(achieved - 1) <= 0.1 as integer))),
        {shares}
    from read_csv('{scores}', nullstr='nan')
    group by kind, planner
    order by min(rowid), planner != 'this project', planner
"""
SHARES = (
    "is_in_80", "is_in_95", "today_in_80", "today_in_95", "safe_met", "today_chance", "today_hit",
)


def write_table(scores: Path, table: Path) -> None:
    """One line a kind of company and planner."""
    shares = ", ".join(f"round(100 * avg({share}))" for share in SHARES)
    sql = FIGURES.format(shares=shares, scores=scores).replace("min(rowid)", "min(place)")
    sql = sql.replace(f"read_csv('{scores}', nullstr='nan')", f"(select *, row_number() over () as place from read_csv('{scores}', nullstr='nan'))")
    rows = duckdb.execute(sql).fetchall()
    found = duckdb.execute(f"select max(company) + 1 from read_csv('{scores}')").fetchone()
    lines = [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    table.write_text(HEADING.format(companies=found[0] if found else 0) + "\n".join(lines) + "\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
