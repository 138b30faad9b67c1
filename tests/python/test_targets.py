"""Targets and what came of them, from the opportunities, journeys and subscriptions themselves."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.python.conftest import Built, query

ROOT = Path(__file__).resolve().parent.parent.parent
QUARTER = date(2026, 4, 1)


def _agreed(metric: str, **wanted: str) -> dict[str, Decimal]:
    """What was agreed for the second quarter of 2026, by funnel."""
    with (ROOT / "seeds" / "kpi_targets.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["metric"] == metric]
    return {
        row["funnel"]: Decimal(row["target"])
        for row in rows
        if row["period_start"] == str(QUARTER)
        and all(row[column] == value for column, value in wanted.items())
    }


def test_the_leads_of_a_target_are_those_of_its_markets(built: Built) -> None:
    """The market without a target counts for the company and is not compared with its target."""
    found = dict(
        query(
            built.database,
            "select funnel, count(distinct journey_key) from marts.fct_lifecycle"
            " where stage = 'lead' and is_qualified and qualified_at >= '2026-04-01'"
            " and qualified_at < '2026-07-01' group by funnel",
        )
    )
    agreed = _agreed("leads")
    assert found.keys() - agreed.keys() == {"unknown"}
    [(target, actual, compared, attained, missing, is_target_partial)] = query(
        built.database,
        "select target, actual, compared_actual, attainment_ratio, gap_to_target_value,"
        " is_target_partial"
        " from marts.kpi_targets_by_period where metric = 'leads' and funnel = 'all'"
        f" and period_kind = 'quarter' and period_start = '{QUARTER}'",
    )
    in_markets = sum(found[funnel] for funnel in agreed)
    assert target == sum(agreed.values())
    assert actual == sum(found.values())
    assert compared == in_markets < actual
    assert abs(float(attained) - in_markets / float(target)) < 1e-6
    assert missing == max(target - in_markets, 0)
    assert is_target_partial


def test_an_owner_has_the_quota_and_the_wins_of_the_crm(built: Built) -> None:
    won = defaultdict(
        Decimal,
        query(
            built.database,
            "select owners.user_id, sum(won_amount) from marts.dim_opportunities"
            " inner join marts.dim_owners as owners using (owner_key)"
            " where revenue_type = 'new' and outcome = 'won' and closed_at >= '2026-04-01'"
            " and closed_at < '2026-07-01' group by 1",
        ),
    )
    shown = query(
        built.database,
        "select owners.user_id, target, compared_actual from marts.kpi_targets_by_period"
        " inner join marts.dim_owners as owners using (owner_key)"
        " where owner_key != 0 and metric = 'bookings_new' and period_kind = 'quarter'"
        f" and period_start = '{QUARTER}'",
    )
    assert len(shown) == 5
    for owner, target, actual in shown:
        assert target == _agreed("bookings_new", owner=owner)["all"]
        assert actual == won[owner]


def test_what_the_year_lacks_so_far_is_carried_to_the_next_quarter(built: Built) -> None:
    """Of each market: what its two quarters of 2026 lack together of their bookings."""
    with (ROOT / "seeds" / "targets.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["target_month"].startswith("2026-0")]
    lacking: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["target_month"] < "2026-07":
            lacking[row["funnel"]] += Decimal(row["target_amount"])
    won = query(
        built.database,
        "select funnel, sum(won_amount) from marts.dim_opportunities where outcome = 'won'"
        " and closed_at >= '2026-01-01' and closed_at < '2026-07-01' group by 1",
    )
    for funnel, amount in won:
        lacking[funnel] -= amount
    carried = dict(
        query(
            built.database,
            "select funnel, carried_value from marts.kpi_targets_by_period"
            " where metric = 'bookings' and period_kind = 'quarter' and team = 'all'"
            " and owner_key = 0 and period_start = '2026-07-01' and not is_total",
        )
    )
    assert len(carried) == 3
    for funnel, value in carried.items():
        assert abs(value - max(lacking[funnel], Decimal(0))) < Decimal("0.01"), funnel


def test_every_team_has_targets_in_each_review_some_met_and_some_missed(built: Built) -> None:
    found = query(
        built.database,
        "select owner_team, period_kind, count(distinct metric) from marts.kpi_reviews_by_period"
        " where is_complete and is_total and target is not null group by all",
    )
    counts = {(team, kind): number for team, kind, number in found}
    for kind in ("week", "month", "quarter"):
        for team in ("marketing", "sales", "account_services"):
            assert counts[team, kind] >= 2, (team, kind)
    statuses = query(
        built.database,
        "select owner_team, list(distinct target_status) from marts.kpi_targets_by_period"
        " where is_complete and is_total and team = 'all' and owner_key = 0 group by 1",
    )
    assert len(statuses) == 4
    for team, found_statuses in statuses:
        assert {"met", "missed"} <= set(found_statuses), team


def test_what_is_not_set_comes_from_the_plan_and_says_so(built: Built) -> None:
    """Leads of July: no market has a target, so each has what the plan of 1 July asks for."""
    shown = query(
        built.database,
        "select funnel, target, target_source from marts.kpi_targets_by_period"
        " where metric = 'leads' and period_kind = 'month' and period_start = '2026-07-01'",
    )
    weeks = query(
        built.database,
        "select funnel, plan_week, plan_days, planned_volume from marts.plan_weeks"
        " where scenario = 'base' and node = 'lead'",
    )
    planned: dict[str, float] = defaultdict(float)
    for funnel, week, days, volume in weeks:
        start = max(week, date(2026, 7, 1)).toordinal()
        july = sum(start + day < date(2026, 8, 1).toordinal() for day in range(days))
        planned[funnel] += volume * july / days
    assert len(shown) > 1
    for funnel, target, source in shown:
        expected = planned[funnel] if funnel != "all" else sum(planned.values())
        assert source == "plan"
        assert abs(float(target) - expected) < 1e-4, funnel
