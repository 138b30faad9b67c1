"""The forecasts of all companies as one page to read."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

HEADING = Path(__file__).with_name("heading.md")
# KPIs that are alike, in the order of the page.
FAMILIES = {
    "leads and stages": ("leads", "mqls", "sals", "sqls", "opportunities"),
    "bypasses": ("mql_bypasses", "sql_bypasses"),
    "new customers": ("wins",),
    "bookings: new business": ("bookings_new",),
    "bookings: customers": ("bookings_renewal", "bookings_expansion"),
    "total bookings": ("bookings",),
    "sales ratios": ("win_rate", "opportunity_value", "cycle_days", "velocity"),
    "pipeline": ("pipeline", "coverage", "coverage_due", "commit_slipped"),
    "recurring revenue": ("mrr",),
    "retention": ("nrr", "grr", "logo_churn", "quick_ratio"),
    "ad spend": ("spend",),
}
COLUMNS = (
    "what",
    "forecasts",
    "error",
    "last period",
    "a year ago",
    "median error",
    "bias",
    "80",
    "95",
)
# Errors are compared where all three are known; a KPI's sizes do not depend on those of others.
SCORES = """
    create table scores as
    select
        forecasts.*,
        families.family,
        families.place,
        people || '/' || seed as company,
        avg(abs(came)) over (partition by people, seed, period_kind, funnel, metric) as usual_size
    from read_csv('{scores}') as forecasts
    inner join families using (metric)
    where came is not null and last is not null and year_ago is not null
"""
FIGURES = """
    with companies as (
        select
            {label} as label,
            min(place) as place,
            company,
            count(*) as number,
            avg(abs(forecast - came) / usual_size) as error,
            avg(abs(last - came) / usual_size) as last_error,
            avg(abs(year_ago - came) / usual_size) as year_error,
            avg((forecast - came) / usual_size) as bias,
            avg(cast(came between low_80 - 1e-6 and high_80 + 1e-6 as integer)) as in_80,
            avg(cast(came between low_95 - 1e-6 and high_95 + 1e-6 as integer)) as in_95
        from scores
        where usual_size > 0 and {chosen}
        group by all
    ),
    medians as (
        select {label} as label, median(abs(forecast - came) / usual_size) as median_error
        from scores where usual_size > 0 and {chosen}
        group by all
    )
    select
        label,
        sum(number),
        {means}
        any_value(median_error)
    from companies inner join medians using (label)
    group by label
    order by min(place), label
"""
MEASURES = ("error", "last_error", "year_error", "bias", "in_80", "in_95")


def write_page(scores: Path, page: Path) -> None:
    """The company's KPIs by family and one by one, and the families of its funnels."""
    with duckdb.connect() as connection:
        connection.execute("create table families (metric varchar, family varchar, place bigint)")
        for place, (family, metrics) in enumerate(FAMILIES.items()):
            for metric in metrics:
                connection.execute("insert into families values (?, ?, ?)", [metric, family, place])
        connection.execute(SCORES.format(scores=scores))
        tables = [
            _companies(connection),
            _table(connection, "The whole company, by family", "family", "funnel = 'all'"),
            _table(connection, "The whole company, by KPI", "metric", "funnel = 'all'"),
            _table(connection, "Funnels, by family", "family", "funnel != 'all'"),
        ]
    page.write_text(HEADING.read_text() + "\n" + "\n".join(tables))


def _companies(connection: duckdb.DuckDBPyConnection) -> str:
    sizes = connection.execute(
        "select people, count(distinct seed), min(seed), max(seed) from scores"
        " group by people order by people"
    ).fetchall()
    moments = connection.execute("select distinct made_at from scores order by 1").fetchall()
    made = ", ".join(f"{count} of {people:,} people" for people, count, *_ in sizes)
    days = ", ".join(f"{moment:%Y-%m-%d}" for (moment,) in moments)
    seeds = f"{min(each[2] for each in sizes)} to {max(each[3] for each in sizes)}"
    return f"Companies: {made} (seeds {seeds}), each forecast as of {days}.\n"


def _table(connection: duckdb.DuckDBPyConnection, title: str, label: str, chosen: str) -> str:
    means = "".join(f"avg({each}), stddev_samp({each}) / sqrt(count(*)), " for each in MEASURES)
    figures = FIGURES.format(label=label, chosen=chosen, means=means)
    rows = connection.execute(figures).fetchall()
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *map(_figures, rows)]
    return "\n".join([f"## {title}", "", *lines, ""])


def _figures(row: tuple[object, ...]) -> str:
    label, number, *values, median = row
    cells = [_percent(*values[place : place + 2]) for place in range(0, len(values), 2)]
    error, last, year, bias, in_80, in_95 = cells
    return _line([label, number, error, last, year, _percent(median), bias, in_80, in_95])


def _percent(value: object, deviation: object = None) -> str:
    shown = f"{100 * float(str(value)):.0f}" if value is not None else ""
    return shown if deviation is None else f"{shown} ± {100 * float(str(deviation)):.0f}"


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
