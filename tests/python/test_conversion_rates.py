"""Conversion in the marts equals journeys counted one by one and the estimates of lifelines."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.python.conftest import UNTIL, Built, query
from tests.python.conversion_story import (
    CONVERTED,
    DAY,
    OPEN,
    OUT,
    STEPS,
    Curve,
    Journey,
    Step,
    StepResult,
    fit_curve,
    journeys,
    step_results,
)

CELL = "step, funnel, channel, segment, cohort_month"
HORIZONS = (30, 60, 90, 180)
Cell = tuple[object, ...]
Slice = tuple[str, str]


@pytest.fixture(scope="module")
def story(built: Built) -> list[Journey]:
    return journeys(built)


def _cell(step: Step, one: StepResult) -> Cell:
    return (step.name, one.journey.funnel, one.journey.channel, one.journey.segment, one.month)


def _cohort_counts(built: Built, column: str) -> Counter[Cell]:
    """A count of conversion_cohorts by cell, cells of zero left out."""
    rows = query(built.database, f"select {CELL}, {column} from marts.conversion_cohorts")
    return Counter({row[:5]: row[5] for row in rows if row[5]})


def test_the_steps_lead_from_each_stage_to_the_next_and_to_its_goal(built: Built) -> None:
    rows = query(
        built.database,
        "select stage, to_stage, is_goal from intermediate.int_stage_pairs_listed",
    )
    assert {Step(*row) for row in rows} == set(STEPS)


def test_every_cohort_counts_what_following_each_journey_counts(
    built: Built, story: list[Journey]
) -> None:
    counts = {name: Counter[Cell]() for name in ("entered", "converted", "open")}
    for step in STEPS:
        for one in step_results(story, step):
            cell = _cell(step, one)
            counts["entered"][cell] += 1
            counts["converted"][cell] += one.result == CONVERTED
            counts["open"][cell] += one.result == OPEN
    for name, expected in counts.items():
        assert _cohort_counts(built, f"journey_{name}_count") == +expected


@pytest.mark.parametrize("days", HORIZONS)
def test_a_horizon_counts_only_journeys_that_are_old_enough(
    built: Built, story: list[Journey], days: int
) -> None:
    eligible, converted = Counter[Cell](), Counter[Cell]()
    for step in STEPS:
        for one in step_results(story, step):
            if one.entry.at + days * DAY <= UNTIL:
                within = one.result == CONVERTED and one.ended < one.entry.at + days * DAY
                eligible[_cell(step, one)] += 1
                converted[_cell(step, one)] += within
    assert _cohort_counts(built, f"eligible_{days}_count") == eligible
    assert _cohort_counts(built, f"converted_{days}_count") == +converted


def test_a_month_has_a_rate_from_the_day_all_of_it_is_old_enough(built: Built) -> None:
    rows = query(
        built.database,
        "select max(cohort_month) filter (where within_60_rate is not null)"
        " from marts.conversion_cohorts where step = 'awareness_to_lead'",
    )
    # April ends on 30 April; 60 days later is 30 June, the cutoff 1 July.
    assert str(rows[0][0]) == "2026-04-01"


def test_an_account_enters_once_and_has_converted_with_any_of_its_journeys(
    built: Built, story: list[Journey]
) -> None:
    for step in STEPS:
        with_account = [one for one in step_results(story, step) if one.journey.account is not None]
        converted = {one.journey.account for one in with_account if one.result == CONVERTED}
        still_open = {one.journey.account for one in with_account if one.result == OPEN} - converted
        totals = query(
            built.database,
            "select sum(account_entered_count), sum(account_converted_count),"
            f" sum(account_open_count) from marts.conversion_cohorts where step = '{step.name}'",
        )
        accounts = {one.journey.account for one in with_account}
        assert totals == [(len(accounts), len(converted), len(still_open))]


def _slices(results: Sequence[StepResult]) -> dict[Slice, list[StepResult]]:
    """The whole company, each funnel, channel and segment, and each quarter of entry."""
    slices: dict[Slice, list[StepResult]] = {}
    for one in results:
        quarter = one.month.replace(month=(one.month.month - 1) // 3 * 3 + 1)
        keys = [("all", "all"), ("funnel", one.journey.funnel), ("channel", one.journey.channel)]
        for key in [*keys, ("segment", one.journey.segment), ("quarter", str(quarter))]:
            slices.setdefault(key, []).append(one)
    return slices


def _fit(results: Sequence[StepResult], variance: bool = False) -> Curve:
    return fit_curve([one.days for one in results], [one.result for one in results], variance)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_curve_is_that_of_lifelines(built: Built, story: list[Journey], step: Step) -> None:
    curves: dict[Slice, list[tuple[int, float, float]]] = {}
    for name, value, *point in query(
        built.database,
        "select slice_name, slice_value, waited_days, converted_rate, waiting_rate"
        f" from marts.conversion_curves_by_slice where step = '{step.name}'",
    ):
        curves.setdefault((name, value), []).append((point[0], float(point[1]), float(point[2])))
    slices = _slices(list(step_results(story, step)))
    assert curves.keys() == slices.keys()
    for key in (key for key in slices if key[0] in ("all", "funnel")):
        expected = _fit(slices[key])
        for days, converted, waiting in curves[key]:
            assert converted == pytest.approx(expected.converted(days), abs=1e-9)
            assert waiting == pytest.approx(expected.still_waiting(days), abs=1e-9)


@pytest.mark.parametrize(
    "step",
    [step for step in STEPS if step.name in ("sql_to_customer", "opportunity_to_customer")],
    ids=lambda step: step.name,
)
def test_every_interval_is_that_of_lifelines(
    built: Built, story: list[Journey], step: Step
) -> None:
    estimates = query(
        built.database,
        "select slice_name, slice_value, horizon_days, estimated_rate, lower_rate, upper_rate"
        f" from marts.conversion_estimates_by_slice where step = '{step.name}'"
        " and lower_rate is not null"
        " and slice_name in ('all', 'funnel')",
    )
    slices = _slices(list(step_results(story, step)))
    curves = {key: _fit(slices[key], variance=True) for key in {row[:2] for row in estimates}}
    assert len(estimates) > 15
    for name, value, days, rate, lower, upper in estimates:
        expected = curves[name, value]
        at = 10_000 if days is None else days - 1
        assert float(rate) == pytest.approx(expected.converted(at), abs=1e-6)
        assert [float(lower), float(upper)] == pytest.approx(expected.interval(at), abs=2e-3)


def test_a_share_of_exactly_zero_or_one_has_no_interval(built: Built) -> None:
    with_interval = query(
        built.database,
        "select distinct converted_rate in (0, 1), lower_rate is null, upper_rate is null"
        " from marts.conversion_curves_by_slice",
    )
    assert sorted(with_interval) == [(False, False, False), (True, True, True)]


def test_a_horizon_that_no_journey_is_old_enough_for_has_no_estimate(
    built: Built, story: list[Journey]
) -> None:
    too_young = query(
        built.database,
        "select step, slice_name, slice_value, horizon_days"
        " from marts.conversion_estimates_by_slice"
        " where estimate_status = 'too_young'",
    )
    expected = [
        (step.name, *key, days)
        for step in STEPS
        for key, results in _slices(list(step_results(story, step))).items()
        for days in HORIZONS
        if max(one.watched for one in results) < days
    ]
    assert sorted(too_young) == sorted(expected) != []
    assert query(
        built.database,
        "select count(*) from marts.conversion_estimates_by_slice"
        " where (estimate_status != 'estimated') != (estimated_rate is null)",
    ) == [(0,)]


def test_a_finished_cohort_is_estimated_at_its_raw_rate() -> None:
    """With no journey open, the final estimate is converted / entered."""
    curve = _exact_curve([(3, CONVERTED), (3, OUT), (9, OUT), (20, CONVERTED)])
    assert curve[20] == Fraction(1, 2)


def _exact_curve(ends: Sequence[tuple[int, int]]) -> dict[int, Fraction]:
    """Aalen-Johansen in whole fractions."""
    waiting, converted, shares = Fraction(1), Fraction(0), {}
    for day in sorted({day for day, _ in ends}):
        at_risk = sum(1 for other, _ in ends if other >= day)
        counts = Counter(result for other, result in ends if other == day)
        converted += waiting * Fraction(counts[CONVERTED], at_risk)
        waiting *= 1 - Fraction(counts[CONVERTED] + counts[OUT], at_risk)
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
def test_the_sql_of_the_model_gives_the_exact_curve(
    built: Built, ends: list[tuple[int, int]]
) -> None:
    exact = {day: float(share) for day, share in _exact_curve(ends).items()}
    rows = _run_model(built, ends)
    assert exact == pytest.approx({day: share for day, share, _ in rows})
    assert all((share in (0, 1)) == (lower is None) for _, share, lower in rows)


def _run_model(
    built: Built, ends: Sequence[tuple[int, int]]
) -> list[tuple[int, float, float | None]]:
    """The compiled model over journeys of one cell: day, share, lower bound."""
    compiled = (
        built.target
        / "compiled/revenue_funnel/models/marts/conversion/conversion_curves_by_slice.sql"
    )
    with duckdb.connect() as connection:
        connection.execute(
            "attach ':memory:' as revenue_funnel; create schema revenue_funnel.marts"
        )
        connection.execute("""
            create table revenue_funnel.marts.fct_journey_steps as
            select
                's' as step, 'f' as funnel, 'c' as channel, 'i' as segment,
                date '2026-01-01' as entered_quarter, true as has_all_dates,
                0::bigint as waited_days, '' as step_result
            limit 0
        """)
        results = {OPEN: "open", CONVERTED: "converted", OUT: "lost"}
        connection.executemany(
            "insert into revenue_funnel.marts.fct_journey_steps"
            " values ('s', 'f', 'c', 'i', date '2026-01-01', true, ?, ?)",
            [(day, results[result]) for day, result in ends],
        )
        return connection.execute(
            "select waited_days, converted_rate::double, lower_rate::double from ("
            f"{compiled.read_text()}) where slice_name = 'all'"
        ).fetchall()
