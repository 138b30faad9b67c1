"""Conversion told by the marts, beside journeys walked by hand and the estimates of lifelines."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.conftest import UNTIL, Built, query
from tests.python.kpi_flow_story import (
    CONVERTED,
    DAY,
    OPEN,
    OUT,
    STEPS,
    Curve,
    Journey,
    Try,
    curve,
    journeys,
    tries,
)

CELL = "step, funnel, channel, segment, cohort_month"
HORIZONS = (30, 60, 90, 180)


@pytest.fixture(scope="module")
def story(built: Built) -> list[Journey]:
    return journeys(built)


def _tries(story: list[Journey], step: str) -> list[Try]:
    row = next(row for row in STEPS if row["step"] == step)
    return list(tries(story, row["stage"], row["to_stage"]))


def _cell(step: str, one: Try) -> tuple[object, ...]:
    return (step, one.journey.funnel, one.journey.channel, one.journey.segment, one.month)


def _told(built: Built, column: str) -> Counter[tuple[object, ...]]:
    """What the cohorts say, cells of zeros left out."""
    rows = query(built.database, f"select {CELL}, {column} from marts.conversion_cohorts")
    return Counter({row[:5]: row[5] for row in rows if row[5]})


def test_every_cohort_counts_what_walking_the_journeys_counts(
    built: Built, story: list[Journey]
) -> None:
    counts = {name: Counter[tuple[object, ...]]() for name in ("entered", "converted", "open")}
    for row in STEPS:
        for one in _tries(story, row["step"]):
            cell = _cell(row["step"], one)
            counts["entered"][cell] += 1
            counts["converted"][cell] += one.result == CONVERTED
            counts["open"][cell] += one.result == OPEN
    for name, counted in counts.items():
        assert _told(built, f"journey_{name}_count") == +counted


@pytest.mark.parametrize("days", HORIZONS)
def test_windows_hold_only_who_was_watched_for_so_long(
    built: Built, story: list[Journey], days: int
) -> None:
    eligible, converted = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    for row in STEPS:
        for one in _tries(story, row["step"]):
            if one.entry.at + days * DAY <= UNTIL:
                within = one.result == CONVERTED and one.ended < one.entry.at + days * DAY
                eligible[_cell(row["step"], one)] += 1
                converted[_cell(row["step"], one)] += within
    assert _told(built, f"eligible_{days}_count") == eligible
    assert _told(built, f"converted_{days}_count") == +converted


def test_a_month_has_a_rate_from_the_day_all_of_it_is_old_enough(built: Built) -> None:
    last = dict(
        query(
            built.database,
            "select step, max(cohort_month) filter (where within_60_rate is not null)"
            " from marts.conversion_cohorts where step = 'awareness_to_lead' group by step",
        )
    )
    # April ends on 30 April; 60 days later is 30 June, the cutoff 1 July.
    assert str(last["awareness_to_lead"]) == "2026-04-01"


def test_an_account_enters_once_and_has_converted_with_any_of_its_journeys(
    built: Built, story: list[Journey]
) -> None:
    for row in STEPS:
        known = [one for one in _tries(story, row["step"]) if one.journey.account is not None]
        converted = {one.journey.account for one in known if one.result == CONVERTED}
        waiting = {one.journey.account for one in known if one.result == OPEN} - converted
        told = query(
            built.database,
            "select sum(account_entered_count), sum(account_converted_count),"
            f" sum(account_open_count) from marts.conversion_cohorts where step = '{row['step']}'",
        )
        accounts = {one.journey.account for one in known}
        assert told == [(len(accounts), len(converted), len(waiting))]


def _slices(some: Sequence[Try]) -> dict[tuple[str, str], list[Try]]:
    """The whole company, each funnel and each quarter of entry."""
    slices: dict[tuple[str, str], list[Try]] = {}
    for one in some:
        quarter = one.month.replace(month=(one.month.month - 1) // 3 * 3 + 1)
        keys = [("all", "all"), ("funnel", one.journey.funnel), ("channel", one.journey.channel)]
        for key in [*keys, ("segment", one.journey.segment), ("quarter", str(quarter))]:
            slices.setdefault(key, []).append(one)
    return slices


def _curve(some: Sequence[Try], variance: bool = False) -> Curve:
    return curve([one.days for one in some], [one.result for one in some], variance)


@pytest.mark.parametrize("step", [row["step"] for row in STEPS])
def test_every_curve_is_that_of_lifelines(built: Built, story: list[Journey], step: str) -> None:
    told: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
    for name, value, *point in query(
        built.database,
        "select slice_name, slice_value, waited_days, converted_rate, waiting_rate"
        f" from marts.conversion_curves where step = '{step}'",
    ):
        told.setdefault((name, value), []).append((point[0], float(point[1]), float(point[2])))
    slices = _slices(_tries(story, step))
    assert told.keys() == slices.keys()
    for key in (key for key in slices if key[0] in ("all", "funnel")):
        expected = _curve(slices[key])
        for days, converted, waiting in told[key]:
            assert converted == pytest.approx(expected.converted(days), abs=1e-9)
            assert waiting == pytest.approx(expected.still_waiting(days), abs=1e-9)


@pytest.mark.parametrize("step", ["sql_to_customer", "opportunity_to_customer"])
def test_every_interval_is_that_of_lifelines(built: Built, story: list[Journey], step: str) -> None:
    told = query(
        built.database,
        "select slice_name, slice_value, horizon_days, estimated_rate, lower_rate, upper_rate"
        f" from marts.conversion_estimates where step = '{step}' and lower_rate is not null"
        " and slice_name in ('all', 'funnel')",
    )
    slices = _slices(_tries(story, step))
    curves = {key: _curve(slices[key], variance=True) for key in {row[:2] for row in told}}
    assert len(told) > 15
    for name, value, days, rate, lower, upper in told:
        expected = curves[name, value]
        at = 10_000 if days is None else days - 1
        assert float(rate) == pytest.approx(expected.converted(at), abs=1e-6)
        assert [float(lower), float(upper)] == pytest.approx(expected.interval(at), abs=2e-3)


def test_a_horizon_that_nobody_was_watched_for_has_no_estimate(
    built: Built, story: list[Journey]
) -> None:
    young = query(
        built.database,
        "select step, slice_name, slice_value, horizon_days from marts.conversion_estimates"
        " where basis = 'too young'",
    )
    expected = [
        (row["step"], *key, days)
        for row in STEPS
        for key, some in _slices(_tries(story, row["step"])).items()
        for days in HORIZONS
        if max(one.watched for one in some) < days
    ]
    assert sorted(young) == sorted(expected) != []
    assert query(
        built.database,
        "select count(*) from marts.conversion_estimates"
        " where (basis != 'estimated') != (estimated_rate is null)",
    ) == [(0,)]


def test_finished_cohorts_are_estimated_at_what_they_did(tmp_path: Path) -> None:
    """Nobody open: the estimate for good is converted / entered."""
    assert _exact([(3, CONVERTED), (3, OUT), (9, OUT), (20, CONVERTED)])[20] == Fraction(1, 2)


def _exact(ends: Sequence[tuple[int, int]]) -> dict[int, Fraction]:
    """Aalen-Johansen in whole fractions."""
    waiting, converted, shares = Fraction(1), Fraction(0), {}
    for day in sorted({day for day, _ in ends}):
        at_risk = sum(1 for other, _ in ends if other >= day)
        here = Counter(result for other, result in ends if other == day)
        converted += waiting * Fraction(here[CONVERTED], at_risk)
        waiting *= 1 - Fraction(here[CONVERTED] + here[OUT], at_risk)
        shares[day] = converted
    return shares


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from([OPEN, CONVERTED, OUT])),
        min_size=1,
        max_size=40,
    )
)
def test_the_models_own_sql_gives_the_exact_curve(
    built: Built, ends: list[tuple[int, int]]
) -> None:
    told = _run_model(built, ends)
    assert {day: float(share) for day, share in _exact(ends).items()} == pytest.approx(told)


def _run_model(built: Built, ends: Sequence[tuple[int, int]]) -> dict[int, float]:
    """The compiled model conversion_curves over journeys of one cell."""
    compiled = (
        built.target / "compiled/revenue_funnel/models/marts/conversion/conversion_curves.sql"
    )
    with duckdb.connect() as connection:
        connection.execute(
            "attach ':memory:' as revenue_funnel; create schema revenue_funnel.marts"
        )
        connection.execute("""
            create table revenue_funnel.marts.fct_journey_steps as
            select
                's' as step, 'f' as funnel, 'c' as channel, 'i' as segment,
                date '2026-01-01' as entered_quarter, true as is_timed, 0::bigint as waited_days,
                '' as result
            limit 0
        """)
        results = {OPEN: "open", CONVERTED: "converted", OUT: "lost"}
        connection.executemany(
            "insert into revenue_funnel.marts.fct_journey_steps"
            " values ('s', 'f', 'c', 'i', date '2026-01-01', true, ?, ?)",
            [(day, results[result]) for day, result in ends],
        )
        rows = connection.execute(
            "select waited_days, converted_rate from ("
            f"{compiled.read_text()}) where slice_name = 'all'"
        ).fetchall()
    return {int(day): float(share) for day, share in rows}
