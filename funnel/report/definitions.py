"""From one definition to the next: the share that follows, and whether its change is chance."""

from collections.abc import Sequence
from datetime import date

from funnel.report import filters, words
from funnel.report.blocks import Block, Cell, Grid
from funnel.report.company import Company, total
from funnel.report.read import Record, Rows

# A change that chance alone would bring more often than this is no news.
CHANCE = 0.05


def definition_rates(company: Company) -> Block:
    """From one definition to the next, by the quarter in which the first was met, and by the months
    since."""
    records = company["definition_rates"].records
    steps = list(dict.fromkeys((row["stage"], row["next_stage"]) for row in records))
    order = {stage: place for place, stage in enumerate(company.stages)}
    steps.sort(key=lambda step: order.get(step[0], 99))
    # The youngest first; a month is younger than the quarters.
    spans = sorted({row["key"].partition("|")[2] for row in records}, reverse=True)
    rows, keys = [], []
    for stage, following in steps:
        for span in spans:
            key = filters.key(stage, span)
            met, followed = _counts(records, key)
            if met:
                keys.append(key)
                rows.append(_row(company, stage, following, span, met, followed))
    return Block(
        id="definition-rates",
        title=_title(company, steps, [span for span in spans if "|" not in span]),
        rows=company["definition_rates"],
        text="Of those who met a definition in a quarter, those who met the next one within 60 days"
        " of it; nobody who skipped one is counted. Quarters, and months since, whose last 60 days"
        " are not over yet are left out. Within chance: by Fisher's exact test, two quarters alike"
        f" would differ as much more often than once in {round(1 / CHANCE)} times.",
        grid=Grid(
            ("Step", "Met in", ".Met it", ".Met the next", ".Within 60 days"),
            tuple(rows),
            "From definition to definition",
            tuple(keys),
        ),
        cube=filters.cube_of(company, _numbers(company)),
        span=2,
        empty="" if rows else "No quarter is old enough yet.",
    )


def _counts(records: Sequence[Record], key: str) -> tuple[float, float]:
    found = [row for row in records if row["key"] == key]
    return total(found, "qualified_count"), total(found, "followed_count")


def _row(
    company: Company, stage: str, following: str, span: str, met: float, followed: float
) -> tuple[Cell, ...]:
    day, _, kind = span.partition("|")
    start = date.fromisoformat(day)
    return (
        Cell(f"{company.stage(stage)} to {company.stage(following)}", is_heading=True),
        Cell(words.month(start) if kind else company.quarter(start)),
        Cell(words.count(met), sum="qualified_count"),
        Cell(words.count(followed), sum="followed_count"),
        Cell(
            words.percent(followed / met),
            bar=followed / met,
            team=company.stage_teams.get(stage),
            sum="followed_count/qualified_count",
            form="percent",
        ),
    )


def _numbers(company: Company) -> Rows:
    """The rates without the names of their stages, which are in the key."""
    rows = company["definition_rates"]
    columns = tuple(name for name in rows.columns if name not in ("stage", "next_stage"))
    values = tuple(tuple(row[column] for column in columns) for row in rows.records)
    return Rows(rows.name, rows.tables, columns, values)


def is_chance(followed: float, met: float, before: float, met_before: float) -> bool:
    """Whether two shares differ no more than they would by chance."""
    # It takes a second to import: only a report with two quarters pays for it.
    from scipy.stats import fisher_exact  # type: ignore[import-untyped]

    counts = [[followed, met - followed], [before, met_before - before]]
    return bool(fisher_exact(counts).pvalue > CHANCE)


def _title(company: Company, steps: Sequence[tuple[str, str]], quarters: Sequence[str]) -> str:
    """The newest quarter of each step, beside the one before."""
    records = company["definition_rates"].records
    parts = []
    for stage, following in steps:
        met, followed = _counts(records, filters.key(stage, quarters[0])) if quarters else (0, 0)
        if not met:
            continue
        text = (
            f"{company.stage(stage)} to {company.stage(following)} {words.percent(followed / met)}"
        )
        if len(quarters) > 1:
            met_before, before = _counts(records, filters.key(stage, quarters[1]))
            if met_before:
                chance = is_chance(followed, met, before, met_before)
                word = "within chance" if chance else "beyond chance"
                text += f" (before {words.percent(before / met_before)}, {word})"
        parts.append(text)
    if not parts:
        return "From definition to definition"
    when = company.period("quarter", date.fromisoformat(quarters[0]))
    return f"Within 60 days, of the {when}: {'; '.join(parts)}"
