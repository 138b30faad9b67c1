"""Forecasts: computed again in Python, and compared with the future of simulated companies."""

import shutil
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from funnel.benchmarks.planning.company import Kind, draw_company
from funnel.benchmarks.planning.history import History, draw_history
from funnel.benchmarks.planning.land import CUTOFF, TABLES, land_journeys
from funnel.report import words
from funnel.report.command import write_report
from tests.python.conftest import NAME, UNTIL, Built, query
from tests.python.revenue_story import rows
from tests.python.warm_dbt import run_dbt

AHEAD = 56
EXPECTED = "int_forecast_days_estimated"
NODES = {"entered_lead": 0, "entered_sql": 2, "entered_opportunity": 3, "entered_customer": 4}
LATER = """
    create table marts.fct_lifecycle (
        journey_key bigint, entry_number bigint, stage varchar, entered_at timestamp,
        amount decimal(18, 2));
    create table marts.fct_journey_steps (
        from_stage varchar, to_stage varchar, funnel varchar, waited_days bigint,
        step_result varchar, is_next boolean, has_all_dates boolean);
"""


def _at_an_earlier_cutoff(history: History) -> History:
    """The same leads, seen `AHEAD` days earlier."""
    entered, exited = history.entered + AHEAD, history.exited + AHEAD
    return replace(history, entered=entered, exited=exited)


def test_forecasts_of_a_simulated_company_come_true(tmp_path: Path) -> None:
    """Eight weeks ahead, of a company whose future the forecast cannot know."""
    rng = np.random.default_rng(2)
    history = _at_an_earlier_cutoff(draw_history(rng, draw_company(rng, Kind("any", 150))))
    database = tmp_path / NAME
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES + LATER)
        land_journeys(connection, "company", history)
    models = f"+{EXPECTED},path:models/*/planning {EXPECTED}"
    variables = {"cutoff": CUTOFF.isoformat(), "planning_weeks": 12}
    seeds = ["seed", "--quiet", "-s", "lifecycle_stages"]
    assert run_dbt(seeds, database, tmp_path / "target").success
    planned = ["run", "--quiet", "-s", *models.split()]
    assert run_dbt(planned, database, tmp_path / "target", variables).success
    actual = dict(
        query(
            database,
            "select measure, sum(expected_volume)::double"
            " from intermediate.int_forecast_days_estimated"
            f" where day_number < {AHEAD} group by measure",
        )
    )
    for measure, node in NODES.items():
        entered_days = history.entered[:, node]
        entered_count = np.count_nonzero((entered_days >= 0) & (entered_days < AHEAD))
        assert actual[measure] == pytest.approx(entered_count, rel=0.12), measure


def _leads_a_day(built: Built) -> dict[str, float]:
    """By funnel, over the eight weeks before the cutoff."""
    since = UNTIL - timedelta(weeks=8)
    found = query(
        built.database,
        "select funnel, count(*) / 56 from marts.fct_journeys"
        f" where qualified_lead_at >= '{since}' and qualified_lead_at < '{UNTIL}' group by funnel",
    )
    return dict(found)


def _bypasses_a_week(built: Built) -> dict[tuple[str, str], float]:
    """By funnel and the step that they come in after, over the last year."""
    since = UNTIL - timedelta(weeks=52)
    found: dict[tuple[str, str], float] = {}
    for step, condition, moment in (
        ("lead", "is_bypass_prospect", "qualified_prospect_at"),
        ("prospect", "is_bypass_opportunity", "opportunity_at"),
    ):
        for funnel, count in query(
            built.database,
            f"select funnel, count(*) from marts.fct_journeys where {condition}"
            f" and {moment} >= '{since}' and {moment} < '{UNTIL}' group by funnel",
        ):
            found[funnel, step] = count / 52
    return found


def _sum(built: Built, measure: str, funnel: str, days: int) -> float:
    [(total,)] = query(
        built.database,
        "select coalesce(sum(expected_volume), 0) from intermediate.int_forecast_days_estimated"
        f" where measure = '{measure}' and funnel = '{funnel}' and day_number < {days}",
    )
    return float(total)


Waits = dict[tuple[str, str, str], list[tuple[float, int, float]]]
Drifts = dict[tuple[str, str], tuple[float, float, float]]


def _waits(built: Built) -> Waits:
    """By funnel, segment and step, week after week: who moves on, waits, is still there."""
    found: Waits = defaultdict(list)
    for *key, rate, count, still in query(
        built.database,
        "select funnel, lead_group, from_node, advance_rate, open_count, waiting_rate"
        " from intermediate.int_plan_life_tables_estimated where sample_number = 0"
        " order by waited_weeks",
    ):
        found[key[0], key[1], key[2]].append((rate, count, still))
    return found


def _wins(
    waits: Waits,
    drifts: Drifts,
    funnel: str,
    segment: str,
    leads: float,
    bypasses: dict[tuple[str, str], float],
) -> list[float]:
    """Wins of a segment in each week, of those who wait and of so many that come a week."""
    weeks = range(14)
    arrived = [leads for _ in weeks]
    for step in ("lead", "prospect", "opportunity"):
        own = waits[funnel, segment, step] or [(0.0, 0, 1.0)] * len(weeks)
        drift, mean, shift = drifts.get((funnel, step), (0.0, 0.0, 0.0))
        moved = []
        for week in weeks:
            fresh = sum(arrived[week - age] * own[age][0] for age in range(week + 1))
            stale = sum(
                count / still * own[age + week][0]
                for age, (_, count, still) in enumerate(own[: len(own) - week])
                if age > 0 and count
            )
            came = (fresh + stale) * np.exp(drift * (week / 52 - mean) + shift)
            moved.append(came + bypasses.get((funnel, step), 0.0))
        arrived = moved
    return arrived


def test_expected_wins_follow_from_waiting_journeys_and_the_leads_of_today(built: Built) -> None:
    """Week by week through the rates of the plan; a quarter of 92 days is 13 weeks and a day."""
    today, waits, bypasses = _leads_a_day(built), _waits(built), _bypasses_a_week(built)
    assert len(bypasses) >= 2
    drifts = {
        (row["funnel"], row["from_node"]): (
            row["yearly_trend"],
            row["mean_years"],
            row.get("level_shift", 0.0),
        )
        for row in rows(built, "from intermediate.int_plan_rate_trends_estimated")
    }
    segments = query(
        built.database,
        "select funnel, lead_group, mix_share, mean_price"
        " from intermediate.int_plan_win_values_estimated where sample_number = 0",
    )
    wins: dict[str, float] = defaultdict(float)
    money: dict[str, float] = defaultdict(float)
    for funnel, segment, share, price in segments:
        come = bypasses if segment == "bypass" else {}
        volume = _wins(waits, drifts, funnel, segment, 7 * today[funnel] * share, come)
        by_then = sum(volume[:13]) + volume[13] / 7
        wins[funnel] += by_then
        money[funnel] += by_then * price
    assert len(wins) >= 3
    prices = {(funnel, segment): price for funnel, segment, _, price in segments}
    for funnel, more in _own_amounts(built, waits, drifts, prices).items():
        money[funnel] += more
    actual = _forecasts(built, "quarter", date(2026, 7, 1))
    for funnel in wins:
        assert actual[funnel, "wins"] == pytest.approx(wins[funnel], rel=1e-4), funnel
        assert actual[funnel, "bookings_new"] == pytest.approx(money[funnel], rel=1e-4), funnel
    assert actual["all", "wins"] == pytest.approx(sum(wins.values()), rel=1e-4)


def _own_amounts(
    built: Built, waits: Waits, drifts: Drifts, prices: dict[tuple[str, str], float]
) -> dict[str, float]:
    """By funnel: what open opportunities are worth above a win of their segment, one by one."""
    found: dict[str, float] = defaultdict(float)
    for funnel, segment, age, amount, weight, ratio in query(built.database, OPEN):
        own = waits[funnel, segment, "opportunity"]
        drift, mean, shift = drifts.get((funnel, "opportunity"), (0.0, 0.0, 0.0))
        chance = sum(
            own[age + week][0] / own[age][2] * np.exp(drift * (week / 52 - mean) + shift) * part
            for week, part in enumerate([1] * 13 + [1 / 7])
            if age + week < len(own)
        )
        found[funnel] += chance * weight * (amount * ratio - prices[funnel, segment])
    assert sum(map(bool, found.values())) >= 2
    return found


OPEN = """
    select
        funnel,
        case
            when is_bypass_prospect or is_bypass_opportunity then 'bypass'
            else coalesce(first_channel, 'unknown')
        end,
        cast(ceil(date_diff('day', cast(opportunity_at as date), date '2026-07-01') / 7) as int),
        cast(opportunity_amount as double),
        amount_weight,
        amount_ratio
    from marts.fct_journeys
    inner join intermediate.int_plan_amount_ratios_estimated using (funnel)
    where sample_number = 0 and outcome = 'open' and not has_win and opportunity_amount > 0
"""


def _forecasts(built: Built, kind: str, start: date) -> dict[tuple[str, str], float]:
    found = query(
        built.database,
        "select funnel, metric, forecast from marts.kpi_reviews_by_period"
        f" where period_kind = '{kind}' and period_start = '{start}' and forecast is not null",
    )
    return {(funnel, metric): float(value) for funnel, metric, value in found}


def test_a_landing_has_what_the_planner_expects_of_the_open_funnel(built: Built) -> None:
    """A quarter of 92 days that begins at the cutoff is 13 weeks and a day of the plan's flows."""
    flows = query(
        built.database,
        "select funnel, sum(expected_amount * case weeks_ahead when 13 then 1 / 7 else 1 end)"
        " from marts.plan_flows"
        " where inflow like 'open_%' and weeks_ahead <= 13 group by funnel",
    )
    found = dict(
        query(
            built.database,
            "select funnel, expected_open_amount from marts.kpi_forecasts_by_period"
            " where metric = 'bookings' and period_kind = 'quarter'"
            " and period_start = '2026-07-01'",
        )
    )
    assert len(flows) >= 3
    for funnel, amount in flows:
        assert float(found[funnel]) == pytest.approx(float(amount or 0), rel=1e-3, abs=1), funnel
    assert float(found["all"]) == pytest.approx(
        sum(float(each[1] or 0) for each in flows), rel=1e-3
    )


def test_expected_mqls_follow_from_leads_of_the_same_age(built: Built) -> None:
    """From the fact: days of each lead to its MQL or exit, open ones followed to the cutoff."""
    stays = _stays(built)
    for funnel, leads in _leads_a_day(built).items():
        own = [stay for stay in stays if stay[0] == funnel]
        if sum(end == "mql" for _, end, _ in own) < 5:
            continue
        share, still = _curve(own)
        waiting = Counter(days for _, end, days in own if end == "open")
        expected = sum(
            count * sum(part for day, part in share.items() if age < day <= age + 31) / still[age]
            for age, count in waiting.items()
        )
        expected += leads * sum(part * (31 - day) for day, part in share.items() if day < 31)
        assert _sum(built, "entered_mql", funnel, 31) == pytest.approx(expected, rel=1e-6), funnel


Stay = tuple[str, str, int]


def _stays(built: Built) -> list[Stay]:
    """Funnel, how it ended (mql, out, open) and whole days of everybody who became a lead."""
    ladder = ["awareness", "lead", "mql", "sal", "sql", "opportunity", "customer", "onboarded"]
    ladder += ["retained", "expanded", "contracted", "returned"]
    journeys: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in query(
        built.database,
        "select journey_key, funnel, stage, entered_at, stage_entry_number, is_current"
        " from marts.fct_lifecycle order by journey_key, entry_number",
    ):
        journeys[key].append(tuple(rest))
    found = []
    for entries in journeys.values():
        first = {stage: at for _, stage, at, visit, _ in entries if visit == 1}
        funnel, now, since, _, _ = next(entry for entry in entries if entry[4])
        if first.get("lead") is None:
            continue
        end, until = "open", UNTIL
        if "mql" in first:
            end, until = "mql", first["mql"]
        elif now not in ladder or now == "awareness":
            end, until = "out", since
        if until is not None:
            found.append((funnel, end, (until - first["lead"]) // timedelta(days=1)))
    return found


def _curve(stays: list[Stay]) -> tuple[dict[int, float], dict[int, float]]:
    """By day: the share that becomes an MQL on it, and the share that still waits after it."""
    share, still, waiting, at_risk = {}, {}, 1.0, len(stays)
    by_day: dict[int, Counter[str]] = defaultdict(Counter)
    for _, end, days in stays:
        by_day[days][end] += 1
    for day in sorted(by_day):
        ends = by_day[day]
        share[day] = waiting * ends["mql"] / at_risk
        waiting *= 1 - (ends["mql"] + ends["out"]) / at_risk
        still[day] = waiting
        at_risk -= ends.total()
    return share, still


def test_every_kpi_of_a_review_has_a_forecast_or_a_reason(built: Built) -> None:
    """One of them, and never both."""
    actual = query(
        built.database,
        "select is_complete, forecast is null, forecast_reason from marts.kpi_reviews_by_period",
    )
    assert all(is_empty == (reason is not None) for _, is_empty, reason in actual)
    assert all(reason == "period_is_over" for over, _, reason in actual if over)
    coming = Counter(reason for over, _, reason in actual if not over)
    assert coming[None] > 0.8 * coming.total()


TRUE_LEADS = """
    select count(*) from '{truth}/stage_entries.parquet'
    where stage = 'lead' and {column} >= '{since}' and {column} < '{until}'
"""


def _true_leads(built: Built, column: str, since: datetime) -> int:
    """The truth's leads up to the cutoff, by the time in a column."""
    sql = TRUE_LEADS.format(truth=built.truth, column=column, since=since, until=UNTIL)
    return int(query(built.database, sql)[0][0])


def test_a_forecast_starts_with_what_is_recorded(built: Built) -> None:
    """The week under way: the truth until Tuesday, and five sevenths of a whole week."""
    monday = datetime(2026, 6, 29)
    so_far = _true_leads(built, "qualified_at", monday)
    under_way = _forecasts(built, "week", monday.date())["all", "leads"]
    coming = _forecasts(built, "week", date(2026, 7, 6))["all", "leads"]
    assert so_far > 0
    assert under_way == pytest.approx(so_far + 5 / 7 * coming, rel=1e-6)


def test_the_leads_of_a_coming_week_are_those_of_the_last_weeks(built: Built) -> None:
    """As many as met the definition by the truth; who became a lead without it is not expected."""
    since = UNTIL - timedelta(weeks=8)
    qualified = _true_leads(built, "qualified_at", since) / 8
    everybody = _true_leads(built, "entered_at", since) / 8
    coming = _forecasts(built, "week", date(2026, 7, 6))["all", "leads"]
    assert coming == pytest.approx(qualified, rel=0.02)
    assert coming < everybody


def test_retention_goes_on_as_in_the_last_twelve_months(built: Built) -> None:
    months = query(
        built.database,
        "select sum(numerator), sum(denominator) from intermediate.int_kpi_values_aggregated"
        " where metric = 'nrr'"
        " and period_kind = 'month' and funnel = 'all' and period_start = '2026-06-01'",
    )
    [(kept, opening)] = months
    actual = _forecasts(built, "month", date(2026, 8, 1))
    assert actual["all", "nrr"] == pytest.approx(float(kept / opening), rel=1e-5)


def test_a_forecast_lies_in_its_intervals_and_not_below_what_is_recorded(built: Built) -> None:
    """The wider one around the narrower one; and most forecasts have intervals."""
    actual = query(
        built.database,
        "select metric, low_95, low_80, forecast, high_80, high_95, recorded"
        " from marts.kpi_forecasts_by_period where forecast is not null",
    )
    known = [row for row in actual if row[1] is not None]
    assert len(known) > 0.8 * len(actual)
    for metric, low_95, low_80, forecast, high_80, high_95, recorded in known:
        assert low_95 <= low_80 <= max(forecast, recorded or 0), metric
        assert forecast <= high_80 <= high_95, metric
        assert low_95 >= (recorded or 0), metric


FROZEN = """
    insert into history.history_forecasts by name
    select ?::date as made_week, ?::date as made_date, 'quarter' as period_kind,
        date '2026-01-01' as period_start, 'all' as funnel, 'leads' as metric, ? as forecast,
        ? as low_80, ? as high_80, ? as low_95, ? as high_95, 1 as snapshot_number,
        ?::timestamp as snapshotted_at
"""


def test_a_frozen_forecast_meets_what_the_truth_says_came(built: Built, tmp_path: Path) -> None:
    """Two forecasts of the first quarter's leads: 7 too low and in both intervals, 20 too high and
    in the wider one; and the report shows them."""
    came, before = (
        _true_leads(built, "qualified_at", datetime(year, 1, 1))
        - _true_leads(built, "qualified_at", datetime(year, 4, 1))
        for year in (2026, 2025)
    )
    database = tmp_path / NAME
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        for made, forecast, reach_80, reach_95 in (
            ("2025-11-03", came - 7, 8, 12),
            ("2026-01-05", came + 20, 15, 30),
        ):
            ends = [forecast + sign * reach for reach in (reach_80, reach_95) for sign in (-1, 1)]
            connection.execute(FROZEN, [made, made, forecast, *ends, made])
    command = ["run", "--quiet", "--select", "forecast_accuracy"]
    assert run_dbt(command, database, tmp_path / "target", built.vars).success
    found = query(
        database,
        "select weeks_ahead, actual, error, year_before_actual, is_in_80_interval,"
        " is_in_95_interval from marts.forecast_accuracy order by made_week",
    )
    assert found == [(8, came, 7, before, True, True), (0, came, -20, before, False, True)]
    assert write_report(database, tmp_path / "report.html")
    block = (tmp_path / "report.html").read_text().split('id="forecast-accuracy"')[1][:5000]
    assert "8 to 11" in block
    assert words.percent(7 / came) in block
