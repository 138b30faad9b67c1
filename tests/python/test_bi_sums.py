"""What a sum in a BI tool gives: each published table is additive, or has a flag that makes it so.

Each sum is compared with the same figure from the truth of the demo company or from seeds; where
these do not have it, from the tables with one row per journey, deal or account.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import yaml

from funnel.places import ROOT
from tests.python.bi_story import beside_truth
from tests.python.conftest import Built

# Columns of which different values hold the same thing again, and how the name of such a table
# ends. The other tables show one scenario, evaluation or comparison at a time.
OVERLAPS = {
    "period_kind": "_by_period",
    "slice_name": "_by_slice",
    "attribution_model": "_by_model",
    "trait": "_by_trait",
    "scenario": "",
    "evaluation": "",
    "comparison": "",
}
# Read row by row: a record is in each comparison or evaluation that finds it. The rest have rates,
# dates and texts, or what they measure is not a part of a whole.
LISTS = {
    "alerts",
    "crm_corrections",
    "definition_changes_by_journey",
    "definition_explained",
    "definition_lift_by_criterion",
    "dim_dates",
    "dim_owners",
    "dim_persons",
    "fct_opportunity_changes",
    "forecast_accuracy",
    "drift_signals",
    "label_agreement_counts",
    "plan_budget",
    "plan_flows",
    "plan_levers",
    "quarantine",
    "record_differences",
}
LEADS = "count(*) from stage_entries where stage = 'lead'"
# Nobody knows when those became one who have been customers since before the records.
DATED_LEADS = f"{LEADS} and entered_at is not null"
WON = "sum(dollars) from won_deals"
OPEN = "count(*) from deals where outcome = 'open'"
OPEN_AMOUNT = "sum(amount) from marts.dim_opportunities where outcome = 'open'"
ENTERED_LESS_LEFT = (
    "sum(created_amount + reopened_amount + increased_amount"
    " - decreased_amount - won_amount - lost_amount)"
)
REVIEWED = "'2025-06-01'"
MOVES = (
    "sum(new_amount + reactivation_amount + expansion_amount - contraction_amount - churn_amount)"
)
LAST_MRR = (
    "sum(closing_amount) from marts.fct_mrr_movements"
    " where movement_month = (select max(movement_month) from marts.fct_mrr_movements)"
)
# The sum, the table, the rows to filter, and the same figure from somewhere else.
FLAGGED = (
    (
        "sum(closed_count)",
        "win_rates_by_trait",
        "true",
        "count(*) from marts.dim_opportunities where outcome != 'open' and revenue_type = 'new'",
    ),
    ("sum(passed_count)", "stage_volumes_by_period", "stage = 'lead'", LEADS),
    ("sum(won_amount)", "kpi_sales_by_period", "true", WON),
    (ENTERED_LESS_LEFT, "fct_pipeline_waterfall_by_period", "true", OPEN_AMOUNT),
    (MOVES, "kpi_mrr_by_period", "true", LAST_MRR),
    (
        "sum(customer_count)",
        "kpi_retention",
        "true",
        "count(distinct account_id) from subscriptions",
    ),
    (
        "sum(actual)",
        "kpi_reviews_by_period",
        "metric = 'leads'",
        f"{LEADS} and qualified_at >= {REVIEWED}",
    ),
    (
        "sum(actual)",
        "kpi_reviews_by_period",
        "metric = 'bookings'",
        f"{WON} where closed_at >= {REVIEWED}",
    ),
    (
        "sum(actual)",
        "kpi_reviews_by_period",
        "metric = 'spend'",
        f"sum(spend_amount) from marts.kpi_campaigns where month_start >= {REVIEWED}",
    ),
    (
        "sum(target)",
        "kpi_targets_by_period",
        "metric = 'bookings' and period_start < '2026-08-01'",
        "sum(target_amount) from seeds.targets where target_month < '2026-08-01'",
    ),
    (
        "round(sum(forecast), 2)",
        "kpi_forecasts_by_period",
        "metric = 'leads'",
        "round(sum(forecast), 2) from marts.kpi_forecasts_by_period"
        " where is_total and period_kind = 'month' and metric = 'leads'",
    ),
    (
        "sum(qualified_count)",
        "kpi_scorecard_by_period",
        "stage = 'customer'",
        "count(*) from stage_entries where stage = 'customer' and entered_at is not null",
    ),
    (
        "sum(booked_amount)",
        "kpi_scorecard_by_period",
        "stage = 'customer'",
        f"{WON} where type = 'new_business'",
    ),
    (
        "sum(change_amount)",
        "kpi_tree_by_period",
        "true",
        "coalesce(sum(dollars) filter (closed_at >= '2026-06-01'), 0)"
        " - coalesce(sum(dollars) filter (closed_at < '2024-02-01'), 0) from won_deals",
    ),
    (
        "sum(change)",
        "stage_count_changes_by_period",
        "stage = 'lead'",
        "count(*) filter (qualified_at >= '2026-06-01')"
        " - count(*) filter (qualified_at < '2024-02-01') from stage_entries where stage = 'lead'",
    ),
    ("sum(entered_count)", "conversion_estimates_by_slice", "step = 'lead_to_mql'", DATED_LEADS),
    (
        "sum(converted_count + lost_or_returned_count + open_count)",
        "conversion_curves_by_slice",
        "step = 'lead_to_mql'",
        DATED_LEADS,
    ),
    (
        "sum(stay_count)",
        "stage_velocity_by_slice",
        "stage = 'lead'",
        "count(*) from marts.fct_lifecycle where stage = 'lead' and not is_inferred",
    ),
    (
        "sum(customer_count)",
        "kpi_unit_economics_by_slice",
        "true",
        "sum(customer_count) from marts.kpi_unit_economics_by_slice where slice_name = 'channel'",
    ),
    ("sum(credited_amount)", "kpi_attribution_by_model", "true", WON),
    ("sum(journey_count)", "definition_backtest", "stage = 'mql'", "count(*) from journeys"),
    (
        "sum(total_target_amount)",
        "plan_targets",
        "true",
        "sum(target_amount) from seeds.targets where target_month >= '2026-07-01'",
    ),
    (
        "count(*)",
        "plan_weeks",
        "true",
        "count(distinct (funnel, node, plan_week)) from marts.plan_weeks",
    ),
    ("sum(billing_amount)", "booking_reconciliation", "true", "sum(dollars) from payments"),
)
ATOMIC = (
    ("count(*)", "fct_lifecycle", "stage_entry_number = 1 and stage = 'lead'", LEADS),
    (
        "sum(coalesce(won_amount, 0) + coalesce(renewal_and_expansion_amount, 0))",
        "fct_journeys",
        "true",
        WON,
    ),
    ("sum(won_amount)", "dim_opportunities", "true", WON),
    ("sum(won_amount)", "dim_accounts", "true", WON),
    ("sum(amount)", "fct_payments", "true", "sum(dollars) from payments"),
    (MOVES, "fct_mrr_movements", "true", LAST_MRR),
    ("sum(lead_count)", "kpi_campaigns", "true", f"{LEADS} and qualified_at is not null"),
    ("sum(sourced_won_amount)", "kpi_campaigns", "true", WON),
    (
        "count(*)",
        "handoffs",
        "true",
        "count(*) from stage_entries where stage in ('mql', 'customer') and not is_inferred",
    ),
    (
        "sum(handoff_count)",
        "handoff_costs",
        "true",
        "count(distinct handoff_key) from marts.handoffs"
        " where timing <> 'waiting' and (answer <> 'accepted' or timing = 'late')",
    ),
    ("sum(open_opportunity_count)", "open_journeys", "true", OPEN),
    ("sum(passed_count)", "stage_qualifications", "stage = 'lead'", LEADS),
    (
        "sum(renewal_target_amount)",
        "plan_renewals",
        "true",
        "sum(round(target_amount * renewal_share, 2)) from seeds.targets"
        " where target_month >= '2026-07-01'",
    ),
    (
        "sum(open_count)",
        "bottlenecks",
        "not is_total",
        "count(*) from marts.open_journeys",
    ),
    (
        "sum(journey_count)",
        "plan_rates",
        "not is_total",
        "sum(journey_count) from marts.plan_rates where is_total",
    ),
    ("sum(journey_entered_count)", "conversion_cohorts", "step = 'lead_to_mql'", DATED_LEADS),
    ("count(*)", "fct_journey_steps", "step = 'lead_to_mql'", DATED_LEADS),
    (
        "count(*)",
        "worklists",
        "stage in ('lead', 'mql') and list_name in ('open_leads', 'late_handoffs')",
        "count(*) from marts.open_journeys left join marts.dim_persons using (person_key)"
        " where stage in ('lead', 'mql') and not coalesce(is_deleted, false)",
    ),
    (
        "count(*)",
        "journey_exits",
        "exit_type = 'lost'",
        "count(*) from exits where stage = 'lost'",
    ),
    (
        "count(*)",
        "speed_to_lead",
        "true",
        "count(distinct handoff_key) from marts.handoffs where step = 'mql_to_sal'",
    ),
    (
        "sum(change_count)",
        "label_changes_by_setter",
        "true",
        # Two more that the demo company spoils on purpose.
        "count(*) + 2 from label_changes",
    ),
    (
        "sum(row_count)",
        "source_reconciliation",
        "read_count is not null and row_status != 'retained'",
        "sum(read_count) from (select distinct system, source_table, read_count"
        " from marts.source_reconciliation)",
    ),
)
# Every value of these columns is in the list of its dimension, or a code for a missing value.
CODES = {"not_recorded", "unknown", "none", "unmapped", "undated", "withheld"}
DIMENSIONS = {
    "channel": "select channel from seeds.channels",
    "segment": "select industry from marts.dim_accounts",
    "funnel": "select funnel from seeds.funnels union select 'all'",
    "campaign": "select campaign from marts.kpi_campaigns",
    "team": "select team from seeds.teams union select team from marts.dim_owners"
    " union select 'all'",
    "stage": "select stage from seeds.lifecycle_stages",
    "country": "select country from marts.dim_accounts union select country from marts.dim_persons",
    "owner_key": "select owner_key from marts.dim_owners",
}
COLUMNS = {
    "first_channel": "channel",
    "last_channel": "channel",
    "first_campaign": "campaign",
    "owner_team": "team",
    "from_team": "team",
    "latest_opportunity_owner_key": "owner_key",
    **{dimension: dimension for dimension in DIMENSIONS},
}


@pytest.fixture(scope="module")
def company(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with beside_truth(built) as connection:
        yield connection


def _value(company: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return (company.execute(f"select {sql}").fetchone() or (None,))[0]


def _published() -> dict[str, dict[str, Any]]:
    return {
        model["name"]: model
        for path in sorted((ROOT / "models/marts").glob("*/*.yml"))
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }


def _columns(model: dict[str, Any]) -> set[str]:
    return {column["name"] for column in model["columns"]}


@pytest.mark.parametrize(("measure", "table", "rows", "expected"), FLAGGED)
def test_a_sum_over_is_additive_counts_everything_once(
    company: duckdb.DuckDBPyConnection, measure: str, table: str, rows: str, expected: str
) -> None:
    found = _value(company, f"{measure} from marts.{table} where is_additive and {rows}")
    assert found == _value(company, expected)
    everything = _value(company, f"{measure} from marts.{table} where {rows}")
    assert everything != found, "the flag is not needed"


@pytest.mark.parametrize(("measure", "table", "rows", "expected"), ATOMIC)
def test_a_sum_over_an_additive_table_counts_everything_once(
    company: duckdb.DuckDBPyConnection, measure: str, table: str, rows: str, expected: str
) -> None:
    found = _value(company, f"{measure} from marts.{table} where {rows}")
    assert found == _value(company, expected)
    assert found


def test_every_published_table_is_summed_here_or_a_list() -> None:
    summed = {table for _, table, _, _ in FLAGGED + ATOMIC}
    flagged = {table for _, table, _, _ in FLAGGED}
    assert summed | LISTS == set(_published()) - {"plan_actuals"}
    assert not summed & LISTS
    has_flag = {name for name, model in _published().items() if "is_additive" in _columns(model)}
    assert has_flag - {"plan_actuals"} == flagged


def test_a_table_that_holds_a_thing_more_than_once_has_a_flag_and_a_warning() -> None:
    for name, model in _published().items():
        overlaps = _columns(model) & set(OVERLAPS)
        if overlaps and name not in LISTS:
            assert "is_additive" in _columns(model), name
            for overlap in overlaps:
                assert name.endswith(OVERLAPS[overlap]), name
            assert any(OVERLAPS[overlap] for overlap in overlaps) or "_by_" not in name, name
        if "is_total" in _columns(model) or "is_additive" in _columns(model):
            flag = next(c for c in model["columns"] if c["name"] in ("is_additive", "is_total"))
            assert len(flag["description"]) > 20, name


def test_rows_with_is_additive_agree_in_what_overlaps(company: duckdb.DuckDBPyConnection) -> None:
    for name, model in _published().items():
        if "is_additive" in _columns(model):
            for overlap in sorted(_columns(model) & set(OVERLAPS)):
                values = company.execute(
                    f"select distinct {overlap} from marts.{name}"
                    f" where is_additive and {overlap} != 'undated'"
                ).fetchall()
                assert len(values) == 1, (name, overlap)


def test_no_join_of_two_tables_by_a_shared_dimension_loses_a_row(
    company: duckdb.DuckDBPyConnection,
) -> None:
    """A missing value is one of the codes, the same everywhere, and never null or empty."""
    codes = ", ".join(f"'{code}'" for code in sorted(CODES))
    looked_at = 0
    for name, model in _published().items():
        for column in sorted(_columns(model) & set(COLUMNS)):
            dimension = COLUMNS[column]
            strange = company.execute(
                f"select distinct {column} from marts.{name} where {column} is null"
                f" or ({column} not in ({DIMENSIONS[dimension]})"
                f" and cast({column} as varchar) not in ({codes}))"
            ).fetchall()
            assert not strange, (name, column, strange)
            looked_at += 1
    assert looked_at > 80
