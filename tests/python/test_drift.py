"""Drift on simulated companies: the models find what was planted, as an independent count does."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import special, stats  # type: ignore[import-untyped]

from funnel.benchmarks.drift.company import DAYS, REFERENCE, Floats
from funnel.benchmarks.drift.drifts import KINDS, NONE
from funnel.benchmarks.drift.land import FIRST
from funnel.benchmarks.drift.leads import THRESHOLD, Leads
from funnel.benchmarks.drift.run import Case, Drawn, draw, evaluate, land
from tests.python.conftest import NAME, messages, query
from tests.python.warm_dbt import run_dbt

SEED = 77
LARGE = Case(next(kind for kind in KINDS if kind.name == "threshold_lowered"), 2, 1)
QUIET = Case(NONE, 0, 1)
LAST = FIRST + timedelta(DAYS - 1)


def _thinned(drawn: Drawn, share: float) -> Drawn:
    """The same company with few of its leads."""
    kept = np.random.default_rng(1).random(len(drawn.leads.day)) < share
    columns = {name: getattr(drawn.leads, name)[kept] for name in Leads.__dataclass_fields__}
    return replace(drawn, leads=Leads(**columns), signals=[])


@pytest.fixture(scope="module")
def cases() -> Mapping[str, Drawn]:
    """A company with a drift, one without, and the first again with few leads."""
    drifting, quiet = draw(LARGE, SEED, 1.0), draw(QUIET, SEED, 1.0)
    small = _thinned(drifting, 0.004)
    return {"company000": drifting, "company001": quiet, "company002": small}


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory, cases: Mapping[str, Drawn]) -> Path:
    folder = tmp_path_factory.mktemp("drift")
    database = folder / NAME
    land(database, list(cases.values()), has_system_score=True)
    evaluate(database, folder / "target", run_dbt)
    return database


def test_the_drift_is_an_alert_with_its_system_its_rule_and_its_team(
    evaluated: Path, cases: Mapping[str, Drawn]
) -> None:
    drift = cases["company000"].drift
    system = ("marketing", "sales", "partners")[drift.system]
    found = query(
        evaluated,
        "select kind, stage, rule, owner_team, status, first_seen_date from marts.alerts"
        f" where system = 'company000_{system}' and kind in"
        " ('label_agreement', 'gradual_change', 'channel_label_agreement')",
    )
    onset = FIRST + timedelta(drift.onset)
    assert ("label_agreement", "mql", "score", "marketing", "open", onset) in found


def test_a_z_score_is_that_of_counts_whose_days_differ_by_a_gamma_distribution(
    evaluated: Path, cases: Mapping[str, Drawn]
) -> None:
    """All labels not set on a day, computed from the leads themselves."""
    leads = cases["company001"].leads
    found = query(
        evaluated,
        "select (series_date - date '2026-01-05')::int, z_score"
        " from intermediate.int_monitor_windows_scored where window_days = 1"
        " and system = 'company001_marketing' and monitor = 'label_withheld' order by 1",
    )
    expected = _z_scores(leads)
    assert len(found) == DAYS - REFERENCE
    for day, z_score in found:
        assert z_score == pytest.approx(expected[day], abs=0.05)


def _z_scores(leads: Leads) -> dict[int, float]:
    """Of the first system's leads that meet the definition, by the system's own score too: cells of
    one point, of five from 15 points above the threshold on, smoothed as in the models."""
    own = (leads.system == 0) & leads.is_defined & (leads.system_score >= THRESHOLD)
    day, points = leads.day[own], leads.system_score[own] - THRESHOLD
    cell = np.where(points <= 15, points, 5 * (points // 5))
    odd = ~leads.is_labelled[own]
    early = day < REFERENCE
    rows = np.bincount(cell[early], minlength=60)
    bad = np.bincount(cell[early & odd], minlength=60)
    lean = (bad.sum() + 0.06) / (rows.sum() + 3)
    rate = np.round((bad + 3 * lean) / (rows + 3), 9)
    seen = np.bincount(day[odd], minlength=DAYS).astype(float)
    usual = np.bincount(day, weights=rate[cell], minlength=DAYS)
    noise = np.bincount(day, weights=(rate * (1 - rate))[cell], minlength=DAYS)
    short = 1 / (max(seen[:REFERENCE].sum(), usual[:REFERENCE].sum()) + 0.5)
    times = (seen[:REFERENCE].sum() + 0.5) / usual[:REFERENCE].sum()
    usual, noise = usual * times, noise * times
    differ = _dispersion(seen[:REFERENCE], usual[:REFERENCE], noise[:REFERENCE])
    variance = noise + (differ + short) * usual**2
    return {
        each: _deviate(seen[each], usual[each], variance[each]) for each in range(REFERENCE, DAYS)
    }


def _dispersion(seen: Floats, usual: Floats, noise: Floats) -> float:
    """How far days differ: what was observed and the usual 0.07, each by its certainty."""
    squares = (usual**2).sum()
    found = ((seen - usual) ** 2 - noise).sum() / squares
    doubt = 2 * ((noise + 0.07 * usual**2) ** 2).sum() / squares**2
    return float(max((found / doubt + 0.07 / 0.04**2) / (1 / doubt + 1 / 0.04**2), 0))


def _deviate(seen: float, usual: float, variance: float) -> float:
    """The normal deviate of so many or more, if a Poisson mean is gamma distributed, by scipy."""
    assert variance > usual
    return _tail(seen, usual, usual**2 / (variance - usual))


def _tail(seen: float, usual: float, size: float) -> float:
    probability = special.betainc(seen, size, usual / (usual + size)) if seen > 0 else 1.0
    return -3.0 if seen <= 0 else float(stats.norm.isf(probability))


def test_a_level_shift_is_scored_against_the_highest_level_of_the_seven_days_before(
    evaluated: Path,
) -> None:
    """A ratio to what was expected, or a share of the trials; by scipy's beta distribution."""
    names = "system || monitor || subject, trial_count, observed, expected, day_variance"
    days: dict[str, list[tuple[float, ...]]] = {}
    for name, *day in query(
        evaluated,
        f"select {names} + uncertainty * weight * weight"
        " from intermediate.int_monitor_baselines_fitted"
        " where system = 'company000_sales' and monitor = 'label_withheld'"
        " order by 1, day_number",
    ):
        days.setdefault(name, []).append(tuple(day))
    found = query(
        evaluated,
        "select level_shift_z_score from intermediate.int_monitor_windows_scored"
        " where monitor = 'label_withheld' and window_days = 1"
        " and system = 'company000_sales' order by series_date",
    )
    [series] = days.values()
    assert len(found) == len(series) - REFERENCE
    for place, (z_score,) in enumerate(found, REFERENCE):
        trials, seen, usual, spread = series[place]
        before = series[place - 7 : place]
        most = max((o + 0.5) / (e + 0.5) for _, o, e, _ in before)
        share = max(o / max(n, 1) for n, o, _, _ in before)
        size = usual**2 / (spread - usual)
        level = max(usual * max(most, 1), share * trials)
        assert z_score == pytest.approx(_tail(seen, level, size), abs=0.1)


def test_weighted_counts_are_scored_as_that_many_more_whole_ones(evaluated: Path) -> None:
    """Labels weighted by rarity vary less than whole ones: a unit is their variance per label."""
    found = query(
        evaluated,
        "select windows.z_score, windows.observed, windows.expected,"
        " days.day_variance + days.uncertainty * days.weight * days.weight"
        " from intermediate.int_monitor_windows_scored as windows"
        " inner join intermediate.int_monitor_baselines_fitted as days"
        " using (system, stage, definition_version, monitor, subject, series_date)"
        " where windows.window_days = 1 and monitor in ('rare_label_given', 'label_given')"
        " and system = 'company000_sales' and windows.expected > 0.1",
    )
    units = []
    for z_score, seen, usual, spread in found:
        unit = min(max(spread / usual, 0.5), 1)
        size = min(usual**2 / max(spread - usual, 1e-6), 100_000)
        if seen / unit > 0.5:
            units.append(unit)
            assert z_score == pytest.approx(_tail(seen / unit, usual / unit, size), abs=0.1)
    assert min(units) == 0.5
    assert any(0.5 < unit < 1 for unit in units)
    assert max(units) == 1


def test_no_monitor_alarms_with_fewer_mismatches_than_its_least_rate(evaluated: Path) -> None:
    [(false_alarms, silent)] = query(
        evaluated,
        "select count(*) filter (is_alarm and observed"
        "     < greatest(3, coalesce(least_rate, 0) * trial_count)),"
        " count(*) filter (z_score >= z_threshold and not is_alarm)"
        " from intermediate.int_drift_signals_unioned"
        " inner join seeds.drift_monitors using (monitor)"
        " where window_days > 0 and method in ('labels', 'rate')",
    )
    assert false_alarms == 0
    assert silent > 0


def test_a_rare_label_counts_by_the_rarity_of_its_neighbours(evaluated: Path) -> None:
    """Cell by cell: the others of its rule up to six points off, in the reference."""
    cells: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
    for rule, points, *counts in query(
        evaluated,
        "select blocking_rule, points_from_threshold, day_number, sum(trial_count)::int,"
        " sum(mismatch_count)::int from intermediate.int_label_trial_cells_counted"
        " where system = 'company001_marketing'"
        " and not is_defined and not is_contested group by all order by all",
    ):
        cells.setdefault((rule, points), []).append(tuple(counts))
    early = {
        cell: np.array([day[1:] for day in days if day[0] <= REFERENCE]).reshape(-1, 2).sum(axis=0)
        for cell, days in cells.items()
    }
    wanted = np.zeros((DAYS + 1, 4))
    for (rule, points), days in cells.items():
        whole = sum(each for (other, _), each in early.items() if other == rule)
        neighbours = sum(
            (
                each
                for (other, at), each in early.items()
                if other == rule and 0 < abs(at - points) <= 6
            ),
            np.zeros(2),
        )
        lean = 3 * (whole[1] + 0.06) / (whole[0] + 3)
        weight = round(math.exp(-60 * (neighbours[1] + lean) / (neighbours[0] + 3)), 3)
        own = (early[rule, points][1] + lean) / (early[rule, points][0] + 3)
        for day, count, odd in days:
            usual = count * own * weight
            wanted[day] += [count * weight, odd * weight, usual, usual * (1 - own) * weight]
    found = query(
        evaluated,
        "select trial_count, observed, expected, variance"
        " from intermediate.int_label_monitor_days_aggregated"
        " where system = 'company001_marketing' and monitor = 'rare_label_given'"
        " order by day_number",
    )
    assert wanted[:, 1].sum() > 100
    np.testing.assert_allclose(
        np.array(found, dtype=float)[:, 1:], wanted[1:, 1:], rtol=1e-6, atol=1e-6
    )
    assert [row[0] for row in found] == pytest.approx(wanted[1:, 0], abs=0.5001)


def test_an_alert_shows_the_window_that_alarmed_and_what_came_up_to_the_last_alarm(
    evaluated: Path,
) -> None:
    """The last days with data before the first alarm, counted back in the series themselves."""
    series: dict[int, list[tuple[date, float, float]]] = {}
    for key, *day in query(
        evaluated,
        "select signals.signal_series_key, days.series_date, days.observed, days.expected"
        " from intermediate.int_monitor_baselines_fitted as days"
        " inner join (select distinct signal_series_key, system, stage, monitor, subject,"
        " definition_version from marts.drift_signals) as signals"
        " using (system, stage, monitor, subject, definition_version)"
        " where days.method in ('labels', 'rate') order by all",
    ):
        series.setdefault(key, []).append((day[0], day[1], day[2]))
    alerts = query(
        evaluated,
        "select alerts.signal_series_key, signals.window_days, window_first_date,"
        " window_last_date, first_seen_date, last_seen_date, window_observed_volume,"
        " window_expected_volume, alerts.observed_volume, alerts.expected_volume"
        " from marts.alerts inner join marts.drift_signals as signals"
        " on signals.signal_series_key = alerts.signal_series_key"
        " and signals.signal_date = alerts.first_seen_date",
    )
    checked = 0
    for key, length, first, last, seen, end, *volumes in alerts:
        if key not in series:
            continue
        before = [day for day in series[key] if day[0] <= seen][-(length or 14) :]
        after = [day for day in series[key] if before[0][0] <= day[0] <= end]
        assert (first, last) == (before[0][0], seen)
        wanted = [
            total
            for days in (before, after)
            for total in (sum(day[1] for day in days), sum(day[2] for day in days))
        ]
        assert [float(each) for each in volumes] == pytest.approx(wanted, abs=0.51)
        checked += length != 1
    assert checked, "no alert of a window of several days"


def test_with_too_few_people_nothing_alarms_and_is_too_small_is_true(evaluated: Path) -> None:
    of_labels = "system like 'company002%' and monitor not in ('unknown_label', 'missing_data')"
    [(alarms, small, rows)] = query(
        evaluated,
        "select count(*) filter (is_alarm), count(*) filter (is_too_small), count(*)"
        f" from marts.drift_signals where {of_labels}",
    )
    assert rows > 0
    assert alarms == 0
    assert small > 0


def test_a_day_shows_the_same_in_a_build_on_that_day(
    evaluated: Path, cases: Mapping[str, Drawn], tmp_path: Path
) -> None:
    """No signal of a day, and no name of an alert, depends on what comes later."""
    until = FIRST + timedelta(110)
    database = tmp_path / NAME
    land(database, list(cases.values()), has_system_score=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"delete from intermediate.int_label_trials_evaluated where trial_date > '{until}'"
        )
        connection.execute(
            f"delete from intermediate.int_bad_rows_counted where event_date > '{until}'"
        )
    evaluate(database, tmp_path / "target", run_dbt)
    signals = (
        "select system, stage, monitor, subject, signal_date, z_score, is_alarm"
        f" from marts.drift_signals where signal_date <= '{until}' and monitor != 'missing_data'"
        " order by all"
    )
    names = (
        "select alert_key, kind, rule, first_seen_date from marts.alerts"
        f" where first_seen_date <= '{until}' and kind != 'missing_data' order by all"
    )
    assert query(database, signals) == query(evaluated, signals)
    assert query(database, names) == query(evaluated, names)


def test_a_silent_source_alarms(evaluated: Path, tmp_path: Path) -> None:
    database = _copy(evaluated, tmp_path)
    since = LAST - timedelta(2)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "delete from intermediate.int_bad_rows_counted where signal = 'missing_data'"
            f" and system = 'company001_sales' and event_date >= '{since}'"
        )
    _build(database, tmp_path, "int_days_without_rows_measured+,+alerts")
    found = query(
        database,
        "select kind, subject, owner_team, status, first_seen_date from marts.alerts"
        f" where system = 'company001_sales' and first_seen_date >= '{since}'",
    )
    assert ("missing_data", "people", "marketing", "open", since) in found


def test_a_decision_is_in_force_until_its_end_and_an_incomplete_one_fails_its_test(
    evaluated: Path, tmp_path: Path
) -> None:
    database = _copy(evaluated, tmp_path)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into seeds.alert_decisions values (null, 'label_agreement', null, null,"
            " 'score', 'silenced', null, 'agreed', 'Ann', '2026-01-06', '2026-12-31')"
        )
    _build(database, tmp_path, "alerts")
    silenced = query(
        database, "select count(*) from marts.alerts where status = 'silenced' and rule = 'score'"
    )
    assert silenced[0][0] > 0
    with duckdb.connect(str(database)) as connection:
        connection.execute("update seeds.alert_decisions set valid_until = null")
    outcome = run_dbt(
        ["test", "--quiet", "--select", "every_alert_decision_is_complete"],
        database,
        tmp_path / "target",
        {"cutoff": (LAST + timedelta(2)).isoformat()},
    )
    assert not outcome.success
    assert "Got 1 result" in messages(outcome)


def _copy(evaluated: Path, folder: Path) -> Path:
    database = folder / NAME
    database.write_bytes(evaluated.read_bytes())
    return database


def _build(database: Path, folder: Path, select: str) -> None:
    arguments = ["run", "--quiet", "--select", *select.split()]
    cutoff = {"cutoff": (LAST + timedelta(2)).isoformat()}
    outcome = run_dbt(arguments, database, folder / "target", cutoff)
    assert outcome.success, messages(outcome)
