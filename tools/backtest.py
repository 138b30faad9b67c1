"""Tells what each version of the lead definition, and each draft, would have given.

Reads what the last build worked out in marts.definition_backtest and marts.definition_changes."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

Row = tuple[Any, ...]

IN_FORCE = "in_force"

VERSIONS = """
    select evaluation, coalesce(max(versions.summary), 'each version in its own time') as summary
    from marts.definition_backtest as backtest
    left join {seeds}.lead_definition_versions as versions using (definition_version)
    group by evaluation
    order by evaluation
"""

# A project that installs this one as a package keeps its seeds in a schema of another name.
SEEDS = """
    select table_schema from information_schema.tables
    where table_name = 'lead_definition_versions'
"""

FIGURES = """
    select
        evaluation,
        {group} as part,
        sum(lead_count),
        sum(lead_won_count),
        sum(win_lead_first_count),
        sum(lead_first_won_amount),
        sum(mql_count),
        sum(mql_won_count),
        sum(win_mql_first_count),
        sum(mql_first_won_amount),
        sum(win_count),
        sum(won_amount),
        sum(warning_days),
        sum(warning_count)
    from marts.definition_backtest
    group by evaluation, part
    order by part, evaluation
"""

CHANGES = """
    select evaluation, stage, change, count(*), rule
    from marts.definition_changes
    group by evaluation, stage, change, rule
    order by evaluation, stage, change, count(*) desc, rule
"""


def main() -> int:
    options = _options()
    if not options.database.exists():
        print(f"There is no database {options.database}: run `make build` first.", file=sys.stderr)
        return 1
    try:
        with duckdb.connect(str(options.database), read_only=True) as connection:
            return _tell(connection, options.draft, options.by)
    except duckdb.CatalogException:
        print(f"{options.database} has no back-test yet: run `make build` first.", file=sys.stderr)
    except duckdb.IOException as error:
        print(f"{options.database} can't be read just now: {error}", file=sys.stderr)
    return 1


def _tell(connection: duckdb.DuckDBPyConnection, draft: str, part: str | None) -> int:
    """Prints the tables for the versions that are asked for, always beside what is in force."""
    seeds = (connection.execute(SEEDS).fetchone() or ("seeds",))[0]
    summaries = dict(connection.execute(VERSIONS.format(seeds=seeds)).fetchall())
    wanted = set(summaries) if draft == "all" else {IN_FORCE, f"version_{draft}"}
    if not wanted <= set(summaries):
        print(
            f"The last build did not judge by version {draft}: see that the seed "
            "lead_definition_versions has it and the var reevaluated_versions names it.",
            file=sys.stderr,
        )
        return 1
    figures = connection.execute(FIGURES.format(group=part or "''")).fetchall()
    changes = connection.execute(CHANGES).fetchall()
    _print(_chosen(summaries.items(), wanted), _chosen(figures, wanted), _chosen(changes, wanted))
    return 0


def _chosen(rows: Any, wanted: set[str]) -> list[Row]:
    return [row for row in rows if row[0] in wanted]


def _print(summaries: Sequence[Row], figures: Sequence[Row], changes: Sequence[Row]) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=120)
    tables = (
        _summary_table(summaries),
        _stage_table("Leads", figures, slice(2, 6)),
        _stage_table("MQLs", figures, slice(6, 10)),
        _warning_table(figures),
        _change_table(changes),
    )
    for table in tables:
        console.print(table)
        console.print()
    console.print(
        "precision: of them, how many won. recall: of the wins, how many were one by then.\n"
        "The people themselves: marts.definition_changes (analyses/who_would_enter_or_leave.sql).",
        highlight=False,
    )


def _summary_table(summaries: Sequence[Row]) -> Table:
    table = _table("What is compared", "judged by", "what it says")
    for evaluation, summary in summaries:
        table.add_row(_plain(evaluation), summary)
    return table


def _stage_table(stage: str, figures: Sequence[Row], place: slice) -> Table:
    """One row a version: how many, and how good they are, by count and by value."""
    headings = ("judged by", "", stage, "won", "precision", "wins", "recall", "recall by value")
    table = _table(f"{stage} that each would have given", *headings)
    for row in figures:
        count, won, first, first_amount = row[place]
        wins, amount = row[10], row[11]
        shares = _share(won, count), f"{wins:,}", _share(first, wins), _share(first_amount, amount)
        table.add_row(_plain(row[0]), _part(row), f"{count:,}", f"{won:,}", *shares)
    return table


def _warning_table(figures: Sequence[Row]) -> Table:
    table = _table("Days of warning, from lead to win", "judged by", "", "wins", "days (mean)")
    for row in figures:
        days, wins = row[12], row[13]
        table.add_row(
            _plain(row[0]), _part(row), f"{wins:,}", f"{days / wins:.1f}" if wins else "-"
        )
    return table


def _change_table(changes: Sequence[Row]) -> Table:
    """One row a version, stage and direction: how many, and the rule that moves most of them."""
    headings = ("judged by", "stage", "", "journeys", "mostly by", "which moves")
    table = _table("Who would enter or leave, against what is in force", *headings)
    for group in _groups(changes):
        evaluation, stage, change, count, rule = group[0]
        total = sum(row[3] for row in group)
        table.add_row(_plain(evaluation), stage, change, f"{total:,}", rule, f"{count:,}")
    return table


def _groups(changes: Sequence[Row]) -> Iterator[list[Row]]:
    """The rules that move one stage of one version one way, the strongest first."""
    for key in dict.fromkeys(row[:3] for row in changes):
        yield [row for row in changes if row[:3] == key]


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    texts = {"", "judged by", "what it says", "stage", "mostly by"}
    for heading in headings:
        table.add_column(heading, justify="left" if heading in texts else "right")
    return table


def _part(row: Row) -> str:
    return str(row[1]) if row[1] is not None else "none"


def _share(part: Any, whole: Any) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _plain(evaluation: str) -> str:
    return evaluation.replace("_", " ")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.backtest", description=__doc__)
    parser.add_argument("--database", type=Path, required=True, help="the DuckDB file")
    parser.add_argument("--draft", default="all", help="the version to try, such as 3; or all")
    parser.add_argument("--by", choices=["funnel", "first_channel"], help="a row for each of them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
