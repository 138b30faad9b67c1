"""The pipeline's history and its waterfall, computed again from the truth behind the demo."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.python.conftest import UNTIL, Built, query
from tests.python.revenue_story import Row, rows

PARTS = ("opening", "created", "reopened", "increased", "decreased", "pulled_in", "pushed_out",
         "won", "lost", "closing")  # fmt: skip
Sums = dict[tuple[date, str], dict[str, Decimal]]


@dataclass(frozen=True)
class Day:
    """What is true of an opportunity from the end of a day on."""

    on: date
    outcome: str
    amount: Decimal
    due: date | None
    category: str
    is_new: bool


@pytest.fixture(scope="module")
def stories(built: Built) -> dict[str, list[Day]]:
    """The days on which each true opportunity changed, those that were deleted left out."""
    rates: dict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
    for row in rows(built, "from intermediate.int_exchange_rates_dated order by valid_from"):
        rates[row["currency"]].append((row["valid_from"], row["rate"]))
    deals = rows(built, f"from '{built.truth}/deals.parquet' where not is_deleted")
    states: dict[str, list[Row]] = defaultdict(list)
    for row in rows(built, f"from '{built.truth}/deal_states.parquet' order by changed_at"):
        states[row["deal_id"]].append(row)
    first: dict[str, datetime] = {}
    for deal in deals:
        if deal["outcome"] == "won" and deal["type"] == "new_business" and deal["closed_at"]:
            account = deal["account_id"]
            first[account] = min(deal["closed_at"], first.get(account, deal["closed_at"]))
    return {deal["deal_id"]: _days(deal, states[deal["deal_id"]], rates, first) for deal in deals}


def _days(
    deal: Row,
    states: list[Row],
    rates: dict[str, list[tuple[datetime, Decimal]]],
    first: dict[str, datetime],
) -> list[Day]:
    """The last state of each day; a deal that was entered after its close closed on that day."""
    last: dict[date, Day] = {}
    closed_at = deal["closed_at"]
    opened_at = min(deal["created_at"], closed_at or deal["created_at"])
    due = None
    # An account is new once: what it still has open, or lost, after its first win is not.
    bought_at = first.get(deal["account_id"])
    is_new = deal["type"] == "new_business" and (
        bought_at is None or bought_at >= (closed_at or UNTIL)
    )
    for state in states:
        at = closed_at if closed_at and len(states) == 1 else state["changed_at"]
        is_final = closed_at is not None and at.date() == closed_at.date()
        # What is written on the day of the close is the close.
        due = due if is_final else state["expected_close_date"]
        rate = _rate(rates[deal["currency"]], closed_at if is_final else opened_at)
        amount = (Decimal(str(state["amount"])) * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
        last[at.date()] = Day(
            at.date(),
            state["outcome"],
            amount,
            due,
            state["forecast_category"],
            is_new,
        )
    return list(last.values())


def _rate(known: list[tuple[datetime, Decimal]], moment: datetime) -> Decimal:
    return known[max(bisect_right([start for start, _ in known], moment) - 1, 0)][1]


def _periods(built: Built, kind: str) -> list[tuple[date, date]]:
    return [
        (start, next_start.date())
        for start, next_start in query(
            built.database,
            "select period_start, next_starts_at from intermediate.int_reporting_periods_listed"
            f" where is_started and period_kind = '{kind}' order by period_start",
        )
    ]


def _walk(days: list[Day], start: date, end: date, basis: str) -> Iterator[tuple[str, Decimal]]:
    """The parts of one opportunity in one period."""

    def is_due(day: Day) -> bool:
        return basis == "all_open" or (day.due is not None and start <= day.due < end)

    def counts(day: Day | None) -> bool:
        return day is not None and day.outcome == "open" and is_due(day)

    before = next((day for day in reversed(days) if day.on < start), None)
    if before and counts(before):
        yield "opening", before.amount
    inside = [day for day in days if start <= day.on < end]
    for earlier, day in pairwise([before, *inside]):
        assert day is not None
        yield from _change(earlier, day, counts, is_due(day))
    last = inside[-1] if inside else before
    if last and counts(last):
        yield "closing", last.amount


def _change(
    earlier: Day | None, day: Day, counts: Any, is_due: bool
) -> Iterator[tuple[str, Decimal]]:
    was_open = earlier is not None and earlier.outcome == "open"
    if day.outcome == "lost" and not (counts(earlier) if was_open else is_due):
        return
    stays = counts(day) or day.outcome != "open"
    if counts(earlier):
        assert earlier is not None
        if not stays:
            yield "pushed_out", earlier.amount
            return
        change = day.amount - earlier.amount
        yield ("increased" if change > 0 else "decreased"), abs(change)
    elif stays:
        yield ("pulled_in" if was_open else "reopened" if earlier else "created"), day.amount
    if day.outcome != "open":
        yield day.outcome, day.amount


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_the_waterfall_is_that_of_the_true_opportunities(
    built: Built, stories: dict[str, list[Day]], kind: str
) -> None:
    """Each part of each period, to the cent, for all that is open and for what is due."""
    wanted: Sums = defaultdict(lambda: dict.fromkeys(PARTS, Decimal(0)))
    for start, end in _periods(built, kind):
        for basis in ("all_open", "due_in_period"):
            for days in stories.values():
                for part, amount in _walk(days, start, end, basis):
                    wanted[start, basis][part] += amount
    columns = ", ".join(f"sum({part}_amount) as {part}" for part in PARTS)
    found = rows(
        built,
        f"select period_start, basis, {columns} from marts.fct_pipeline_waterfall_by_period"
        f" where period_kind = '{kind}' group by period_start, basis",
    )
    assert {
        (row["period_start"], row["basis"]): {part: row[part] for part in PARTS} for row in found
    } == {key: parts for key, parts in wanted.items() if any(parts.values())}
    assert all(any(parts[part] for parts in wanted.values()) for part in PARTS)


@pytest.mark.parametrize("kind", ["month", "quarter"])
def test_the_commit_that_slipped_and_what_was_due_are_those_of_the_truth(
    built: Built, stories: dict[str, list[Day]], kind: str
) -> None:
    """What was due when a period began, and what of the committed part did not close in it."""
    found = {
        (row["period_start"], row["metric"]): (row["numerator"], row["denominator"])
        for row in rows(
            built,
            "from intermediate.int_kpi_values_aggregated where funnel = 'all'"
            f" and period_kind = '{kind}' and metric in ('coverage_due', 'commit_slipped')",
        )
    }
    slips = []
    for start, end in _periods(built, kind):
        new_due = commit = slipped = Decimal(0)
        for days in stories.values():
            day = next((day for day in reversed(days) if day.on < start), None)
            if day is None or day.outcome != "open" or not day.due or not start <= day.due < end:
                continue
            new_due += day.amount * day.is_new
            if day.category == "commit":
                commit += day.amount
                slipped += day.amount * all(
                    later.outcome == "open" for later in days if start <= later.on < end
                )
        assert found[start, "commit_slipped"] == (slipped, commit), start
        assert found[start, "coverage_due"][0] == new_due, start
        slips.append(slipped)
    assert kind == "quarter" or any(slips)


def test_months_add_up_to_their_quarter(built: Built) -> None:
    """Of all that is open, what happens in three months happens in their quarter."""
    moves = [part for part in PARTS if part not in ("opening", "closing")]
    sums = ", ".join(f"sum({part}_amount)" for part in moves)
    months, quarters = (
        query(
            built.database,
            f"select opportunity_key, date_trunc('quarter', period_start) as start, {sums}"
            " from marts.fct_pipeline_waterfall_by_period"
            f" where period_kind = '{kind}' and basis = 'all_open'"
            f" group by all having {' + '.join(f'sum({part}_amount)' for part in moves)} != 0"
            " order by all",
        )
        for kind in ("month", "quarter")
    )
    assert months == quarters
    assert len(months) > 100


def test_wins_of_the_waterfall_are_the_bookings(built: Built) -> None:
    """In both bases, but for wins that were taken back."""
    found = query(
        built.database,
        """
        select waterfall.period_kind, waterfall.basis, sum(waterfall.won_amount)
        from marts.fct_pipeline_waterfall_by_period as waterfall
        inner join marts.dim_opportunities as opportunities using (opportunity_key)
        where opportunities.restated_win_at is null
        group by all
        """,
    )
    booked = query(
        built.database,
        "select sum(won_amount) from marts.dim_opportunities where restated_win_at is null",
    )
    assert len(found) == 6
    assert {amount for _, _, amount in found} == {booked[0][0]}


def test_close_dates_were_pushed_as_often_and_as_far_as_reps_did(built: Built) -> None:
    """Of each opportunity, from the states that are true: pushes, and the days of all moves."""
    moved: dict[str, tuple[int, int, date, date]] = {}
    states: dict[str, list[Row]] = defaultdict(list)
    for row in rows(built, f"from '{built.truth}/deal_states.parquet' order by changed_at"):
        states[row["deal_id"]].append(row)
    for deal in rows(built, f"from '{built.truth}/deals.parquet' where not is_deleted"):
        closed = deal["closed_at"]
        dates = [
            state["expected_close_date"]
            for state in states[deal["deal_id"]]
            if closed is None or state["changed_at"].date() < closed.date()
        ]
        if dates:
            pushes = sum(later > earlier for earlier, later in pairwise(dates))
            moved[deal["deal_id"]] = (pushes, (dates[-1] - dates[0]).days, dates[0], dates[-1])
    found = query(
        built.database,
        "select record_id, push_count, pushed_days, first_expected_close_date, expected_close_date"
        " from marts.dim_opportunities where expected_close_date is not null",
    )
    assert {record: tuple(values) for record, *values in found} == moved
    assert sum(pushes for pushes, *_ in moved.values()) > 50


def test_what_is_open_has_the_category_of_its_rep(built: Built) -> None:
    """On the first day of each quarter, beside the class of the stage that it is in."""
    truth = f"'{built.truth}/deal_states.parquet'"
    for start, _ in _periods(built, "quarter")[1:]:
        day = start - timedelta(days=1)
        found = query(
            built.database,
            f"""
            select opportunities.record_id, changes.forecast_category
            from marts.fct_opportunity_changes as changes
            inner join marts.dim_opportunities as opportunities using (opportunity_key)
            where changes.outcome = 'open' and changes.change_date <= '{day}'
                and (changes.next_change_date is null or changes.next_change_date > '{day}')
            order by all
            """,
        )
        known = dict(found)
        true = query(
            built.database,
            f"""
            select deal_id, arg_max(forecast_category, changed_at) from {truth}
            where changed_at < '{start}' group by deal_id
            """,
        )
        assert {deal: known[deal] for deal, _ in true if deal in known} == {
            deal: category for deal, category in true if deal in known
        }
        assert len(known) == len(found) > 0
