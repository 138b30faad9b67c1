"""Shows how many leads, MQLs and SQLs each version of the lead definition, and each draft, gives.

Also what each rule is worth. Reads what the last build has in marts.definition_backtest,
definition_changes_by_journey and definition_lift_by_criterion."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from funnel.open_warehouse import open_warehouse
from funnel.places import BUILD_FIRST, unreadable

Row = tuple[Any, ...]

IN_FORCE = "in_force"

VERSIONS = """
    select evaluation, coalesce(max(versions.summary), 'each version in its own time') as summary
    from marts.definition_backtest as backtest
    left join seeds.lead_definition_versions as versions using (definition_version)
    group by evaluation
    order by evaluation
"""

# The newest version that the teams agreed on: what a draft would replace.
NEWEST = """
    select 'version_' || definition_version from seeds.lead_definition_versions
    where valid_from is not null order by valid_from desc limit 1
"""

STAGES = """
    select stage, stage_name, coalesce(planning_node = 'lead', false) as is_lead_stage
    from seeds.lifecycle_stages
    where stage in (select stage from marts.definition_backtest)
    order by stage_order
"""

FIGURES = """
    select
        evaluation,
        {slice_column} as slice,
        stage,
        sum(qualified_journey_count),
        sum(qualified_win_count),
        sum(win_count),
        sum(qualified_before_win_count),
        sum(won_amount),
        sum(qualified_before_win_amount),
        sum(qualified_to_win_days),
        sum(dated_win_count)
    from marts.definition_backtest
    group by evaluation, slice, stage
    order by slice, evaluation
"""

CHANGES = """
    select evaluation, stage, effect, count(*), rule
    from marts.definition_changes_by_journey
    group by evaluation, stage, effect, rule
    order by evaluation, stage, effect, count(*) desc, rule
"""

AMOUNTS = """
    select evaluation, stage, sum(entering_amount), sum(leaving_amount)
    from marts.definition_backtest
    where evaluation != 'in_force'
    group by evaluation, stage
    order by evaluation, stage
"""

# A rule that later stages share stands once, with the first stage that has it.
WORTH = """
    select
        'version_' || worth.definition_version as evaluation, criterion_kind, criterion,
        band_lowest_score, worth_status, met_count, met_win_rate, unmet_win_rate, lift_ratio,
        lower_lift_ratio, upper_lift_ratio, adjusted_lift_ratio, met_value_amount,
        unmet_value_amount, is_win_rate_rising
    from marts.definition_lift_by_criterion as worth
    left join seeds.lifecycle_stages as stages using (stage)
    qualify row_number() over (
        partition by definition_version, criterion_kind, criterion, band_lowest_score
        order by stage_order
    ) = 1
    order by criterion_kind, is_draft, stage_order, criterion, band_lowest_score
"""
WORTH_TITLES = {
    "rule": "What each rule is worth: how often those who meet it win",
    "score_band": "Does a higher score win more? Each band against the band below it",
    "touch_kind": "What each kind of touch within 14 days is worth",
}
STATUSES = {
    "wins_more": "wins more",
    "wins_less": "wins less",
    "cannot_tell": "cannot tell",
    "too_few": "too few wins",
    "nobody_to_compare": "nobody to compare",
}


@dataclass(frozen=True)
class Figures:
    """A stage in an evaluation and slice: how many journeys qualify, and how many of them won."""

    evaluation: str
    slice: str | None
    stage: str
    qualified: int
    qualified_wins: int
    wins: int
    qualified_before_wins: int
    won_amount: Any
    qualified_before_amount: Any
    days_to_win: Any
    dated_wins: int

    @property
    def name(self) -> str:
        return _plain(self.evaluation)

    @property
    def slice_name(self) -> str:
        return "none" if self.slice is None else str(self.slice)


def show_backtest(database: Path, draft: str = "all", by: str | None = None) -> int:
    """Prints the tables: 0, or 1 where there is no such version or nothing to read."""
    if not database.exists():
        print(f"There is no database {database}: {BUILD_FIRST}.", file=sys.stderr)
        return 1
    try:
        with open_warehouse(database) as connection:
            return _show(connection, draft, by)
    except duckdb.CatalogException:
        print(f"{database} has no back-test yet: {BUILD_FIRST}.", file=sys.stderr)
    except duckdb.IOException as error:
        print(unreadable(database, error), file=sys.stderr)
    return 1


def _show(connection: duckdb.DuckDBPyConnection, draft: str, slice_column: str | None) -> int:
    """Prints the tables for the wanted versions, always next to the definition in force.

    In force, each version counts in its own time; what a draft alone would change shows beside the
    newest version, which counts for all times, too.
    """
    summaries = dict(connection.execute(VERSIONS).fetchall())
    newest = {row[0] for row in connection.execute(NEWEST).fetchall()}
    wanted = set(summaries) if draft == "all" else {IN_FORCE, f"version_{draft}"}
    if not wanted <= set(summaries):
        print(
            f"The last build did not evaluate version {draft}: see that the seed "
            "lead_definition_versions has it and the var reevaluated_versions names it; then "
            "run `make build` (on your own data: `make build DEMO=no`).",
            file=sys.stderr,
        )
        return 1
    wanted |= newest & set(summaries)
    stages = connection.execute(STAGES).fetchall()
    query = FIGURES.format(slice_column=slice_column or "''")
    figures = [Figures(*row) for row in connection.execute(query).fetchall()]
    changes = connection.execute(CHANGES).fetchall()
    amounts = connection.execute(AMOUNTS).fetchall()
    worth = connection.execute(WORTH).fetchall()
    _print(
        [row for row in summaries.items() if row[0] in wanted],
        stages,
        [each for each in figures if each.evaluation in wanted],
        [row for row in changes if row[0] in wanted],
        [row for row in amounts if row[0] in wanted],
        [row for row in worth if row[0] in wanted],
    )
    return 0


def _print(
    summaries: Sequence[Row],
    stages: Sequence[Row],
    figures: Sequence[Figures],
    changes: Sequence[Row],
    amounts: Sequence[Row],
    worth: Sequence[Row],
) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=120)
    tables = [*_tables(summaries, stages, figures, changes), _amount_table(amounts)]
    for table in [*tables, *_worth_tables(worth)]:
        console.print(table)
        console.print()
    console.print(
        "precision: share of the qualified journeys that won. recall: share of the wins that were"
        " qualified before.\n"
        "In force, each version counts in its own time. What a draft alone changes is its"
        " difference to the newest version, which like the draft counts for all times here.\n"
        "The people themselves: marts.definition_changes_by_journey"
        " (analyses/who_would_enter_or_leave.sql).\n"
        "lift: how many times as often those who meet it win, with a 95 % interval; alike: the same"
        " among journeys alike in the other rules. value: won amount per journey. Only journeys old"
        " enough to have been won count (marts.definition_lift_by_criterion).",
        highlight=False,
    )


def _tables(
    summaries: Sequence[Row],
    stages: Sequence[Row],
    figures: Sequence[Figures],
    changes: Sequence[Row],
) -> Iterator[Table]:
    yield _summary_table(summaries)
    for stage, stage_name, _ in stages:
        yield _stage_table(stage_name, [each for each in figures if each.stage == stage])
    for stage, stage_name, is_lead_stage in stages:
        if is_lead_stage:
            yield _warning_table(stage_name, [each for each in figures if each.stage == stage])
    yield _change_table(changes)


def _summary_table(summaries: Sequence[Row]) -> Table:
    table = _table("What is compared", "evaluation", "summary")
    for evaluation, summary in summaries:
        table.add_row(_plain(evaluation), summary)
    return table


def _stage_table(stage_name: str, figures: Sequence[Figures]) -> Table:
    """One row per evaluation: how many qualify, and how well they point to wins."""
    headings = ("won", "precision", "wins", "recall", "recall by value")
    table = _table(f"{stage_name}s by evaluation", "evaluation", "", f"{stage_name}s", *headings)
    for each in figures:
        table.add_row(
            each.name,
            each.slice_name,
            f"{each.qualified:,}",
            f"{each.qualified_wins:,}",
            _share(each.qualified_wins, each.qualified),
            f"{each.wins:,}",
            _share(each.qualified_before_wins, each.wins),
            _share(each.qualified_before_amount, each.won_amount),
        )
    return table


def _warning_table(stage_name: str, figures: Sequence[Figures]) -> Table:
    title = f"Days of warning, from {stage_name.lower()} to win"
    table = _table(title, "evaluation", "", "wins", "days (mean)")
    for each in figures:
        mean = f"{each.days_to_win / each.dated_wins:.1f}" if each.dated_wins else "-"
        table.add_row(each.name, each.slice_name, f"{each.dated_wins:,}", mean)
    return table


def _change_table(changes: Sequence[Row]) -> Table:
    """One row per version, stage and direction: how many, and the rule that moves most of them."""
    headings = ("evaluation", "stage", "", "journeys", "mostly by", "which moves")
    table = _table("Who would enter or leave, against what is in force", *headings)
    for group in _groups(changes):
        evaluation, stage, effect, count, rule = group[0]
        total = sum(row[3] for row in group)
        table.add_row(_plain(evaluation), stage, effect, f"{total:,}", rule, f"{count:,}")
    return table


def _amount_table(amounts: Sequence[Row]) -> Table:
    """What enters and leaves in revenue: won so far, and expected of what is open."""
    headings = ("evaluation", "stage", "entering", "leaving", "difference")
    table = _table("The same in revenue, won and expected", *headings)
    for evaluation, stage, entering, leaving in amounts:
        values = (entering, leaving, entering - leaving)
        table.add_row(_plain(evaluation), stage, *(f"{value:,.0f}" for value in values))
    return table


def _worth_tables(worth: Sequence[Row]) -> Iterator[Table]:
    headings = ("evaluation", "", "journeys", "win", "others", "lift", "95 %", "alike", "value")
    for kind, title in WORTH_TITLES.items():
        table = _table(title, *headings, "others", "result")
        for row in worth:
            if row[1] == kind:
                table.add_row(*_worth_cells(*row))
        yield table


def _worth_cells(evaluation: str, kind: str, criterion: str, band: Any, *figures: Any) -> list[str]:
    status, count, met, unmet, lift, lower, upper, alike, value, other_value, is_rising = figures
    result = STATUSES[status]
    if status == "cannot_tell" and kind == "score_band":
        result = "rises, not surely" if is_rising else "falls, not surely"
    return [
        _plain(evaluation),
        _plain(criterion) if band is None else f"{band} points",
        f"{count:,}",
        *(("-" if rate is None else f"{rate:.1%}") for rate in (met, unmet)),
        _number(lift),
        "-" if lower is None else f"{lower:.2f} to {upper:.2f}",
        _number(alike),
        *(("-" if amount is None else f"{amount:,.0f}") for amount in (value, other_value)),
        result,
    ]


def _number(value: Any) -> str:
    return "-" if value is None else f"{value:.2f}"


def _groups(changes: Sequence[Row]) -> Iterator[list[Row]]:
    """The rules that move one stage of one version in one direction, the strongest first."""
    for key in dict.fromkeys(row[:3] for row in changes):
        yield [row for row in changes if row[:3] == key]


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    texts = {"", "evaluation", "summary", "stage", "mostly by", "result"}
    for heading in headings:
        table.add_column(heading, justify="left" if heading in texts else "right")
    return table


def _share(part: Any, whole: Any) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _plain(evaluation: str) -> str:
    return evaluation.replace("_", " ")
