"""Velocity and volumes of the stages equal lifelines and journeys followed one by one."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest

from tests.python.conftest import UNTIL, Built, query
from tests.python.conversion_story import (
    CONVERTED,
    DAY,
    OPEN,
    OUT,
    Curve,
    Journey,
    fit_curve,
    is_exit,
    journeys,
    order,
)


class Stay(NamedTuple):
    """One visit of a journey to a stage."""

    journey: Journey
    stage: str
    entered: datetime
    left: datetime | None
    is_inferred: bool
    is_advance: bool


@pytest.fixture(scope="module")
def stays(built: Built) -> list[Stay]:
    """All but those up to the win of customers from before the records, which have no date."""
    return [
        stay
        for journey in journeys(built)
        for stay in _stays(journey)
        if not journey.is_won_before_records or order(stay.stage) > order("customer")
    ]


def _stays(journey: Journey) -> Iterator[Stay]:
    for entry, following in pairwise(journey.entries):
        on = not is_exit(following.stage) and order(following.stage) > order(entry.stage)
        yield Stay(journey, entry.stage, entry.at, following.at, entry.is_inferred, on)
    last = journey.entries[-1]
    yield Stay(journey, last.stage, last.at, None, last.is_inferred, False)


def _fit(stays: list[Stay]) -> Curve:
    ends = [OPEN if stay.left is None else CONVERTED if stay.is_advance else OUT for stay in stays]
    days = [round(((stay.left or UNTIL) - stay.entered) / DAY, 2) for stay in stays]
    return fit_curve(days, ends)


@pytest.mark.parametrize("stage", ["lead", "mql", "sal", "sql", "opportunity", "customer"])
def test_every_quantile_is_that_of_lifelines(built: Built, stays: list[Stay], stage: str) -> None:
    rows = query(
        built.database,
        "select slice_value, departure_type, median_stay_days, p75_stay_days, p90_stay_days,"
        " is_median_reached, is_p75_reached, is_p90_reached from marts.stage_velocity_by_slice"
        f" where stage = '{stage}' and slice_name in ('all', 'funnel')",
    )
    assert len(rows) == 10
    for value, departure, *answer in rows:
        chosen = [
            stay
            for stay in stays
            if stay.stage == stage
            and not stay.is_inferred
            and value in ("all", stay.journey.funnel)
        ]
        estimate = _fit(chosen)
        departed = (
            [1 - share for share in estimate.waiting] if departure == "any" else estimate.conversion
        )
        for days, is_reached, share in zip(answer[:3], answer[3:], (0.5, 0.75, 0.9), strict=True):
            expected = estimate.reaches(share - 1e-9, departed)
            assert is_reached == (expected is not None)
            assert (days is None) == (expected is None)
            if expected is not None:
                assert float(days) == pytest.approx(expected, abs=0.011)


def _start(kind: str, moment: datetime) -> date:
    day = moment.date()
    if kind == "week":
        return day - timedelta(days=day.weekday())
    if kind == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return day.replace(day=1)


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_every_period_counts_its_entries(built: Built, stays: list[Stay], kind: str) -> None:
    rows = query(
        built.database,
        "select stage, funnel, channel, segment, period_start, entered_count"
        f" from marts.stage_volumes_by_period where period_kind = '{kind}' and entered_count > 0",
    )
    expected = Counter(
        (
            stay.stage,
            stay.journey.funnel,
            stay.journey.channel,
            stay.journey.segment,
            _start(kind, stay.entered),
        )
        for stay in stays
    )
    assert {tuple(row[:5]): row[5] for row in rows} == expected


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_the_closing_count_is_the_journeys_in_the_stage_at_the_end_of_the_period(
    built: Built, stays: list[Stay], kind: str
) -> None:
    rows = query(
        built.database,
        "select stage, period_start, sum(closing_count) from marts.stage_volumes_by_period"
        f" where period_kind = '{kind}' group by stage, period_start",
    )
    starts = sorted({day for _, day, _ in rows})
    following = dict(zip(starts, [*starts[1:], UNTIL.date()], strict=True))
    for stage, day, closing in rows:
        end = datetime.combine(following[day], datetime.min.time())
        entered = sorted(stay.entered for stay in stays if stay.stage == stage)
        left = sorted(stay.left for stay in stays if stay.stage == stage and stay.left)
        assert closing == bisect_left(entered, end) - bisect_left(left, end)
