"""Each recipe of examples/recipes, written and built as its page says: it counts what was made up,
and what its systems do not record is null and says so."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from funnel.scaffold import read_recipe, recipe_names, write_recipe
from tests.python.conftest import query
from tests.python.package_project import install, package_in
from tests.python.warm_dbt import run_dbt

BUILT = "+int_kpi_values_aggregated +dim_opportunities +fct_lifecycle +source_reconciliation"
STAGES = """
    select stage, count(*) from marts.fct_lifecycle
    where not is_inferred and stage in ('lead', 'mql', 'sql', 'opportunity', 'customer', 'expanded')
    group by stage order by stage
"""
OUTCOMES = """
    select outcome, opportunity_type, count(*), cast(sum(amount) as bigint)
    from marts.dim_opportunities group by all order by all
"""
PERSONS = "select count(distinct person_key) from intermediate.int_record_persons_mapped"
# Systems that have stopped, up to the cutoff.
SILENT = """
    select distinct system from intermediate.int_days_without_rows_measured
    where signal = 'missing_data' and subject = 'touches' and event_date = date '2026-06-30'
"""
# KPIs that have a value in some quarter, of those that a company's systems may lack.
RECORDED = """
    select metric from intermediate.int_kpi_values_aggregated
    where metric in ('leads', 'spend', 'bookings', 'mrr')
    group by metric having count(actual) > 0 order by metric
"""
# Attributes of its own: of accounts, persons and opportunities.
TIERS = (
    "select industry_tier, count(*), sum(seat_count) from marts.dim_accounts group by 1 order by 1"
)
BUDGETS = "select has_budget, count(*) from intermediate.int_persons_resolved group by 1 order by 1"
PRODUCTS = (
    "select segment, product, count(*) from marts.dim_opportunities group by all order by all"
)
# Marketo and Recurly.
TOUCHES = """
    select kind, channel, count(*), count(campaign) from intermediate.int_touches_rows_checked
    group by all order by all
"""
COUNTRIES = """
    select value, valid_from from intermediate.int_attribute_history_combined
    where attribute = 'country' order by valid_from
"""
MRR = """
    select period_start, cast(actual as bigint) from intermediate.int_kpi_values_aggregated
    where
        metric = 'mrr' and period_kind = 'month' and funnel = 'all'
        and period_start >= '2026-01-01'
    order by period_start
"""
PAID = """
    select kind, count(*), cast(sum(amount) as bigint)
    from intermediate.int_payments_rows_checked where reason_code is null
    group by kind order by kind
"""
# Days from sign-up to the score, and persons.
DAYS_TO_MQL = """
    select date_diff('day', leads.entered_at, mqls.entered_at), count(*)
    from marts.fct_lifecycle as leads
    inner join marts.fct_lifecycle as mqls using (journey_key)
    where leads.stage = 'lead' and mqls.stage = 'mql' group by 1 order by 1
"""
LEFT_OUT = """
    select count(*) filter (where actual is not null) from intermediate.int_kpi_values_aggregated
    where status = 'not_recorded'
"""
LOST_ROWS = """
    select count(*) from marts.source_reconciliation
    where row_status = 'quarantined' or (read_count is null and source_table not like '%.%')
"""

# What was put in, as rows.sql of each recipe says.
TRUTH: dict[str, dict[str, list[tuple[Any, ...]]]] = {
    "only_opportunities": {
        STAGES: [("customer", 30), ("opportunity", 90)],
        OUTCOMES: [
            ("lost", "new", 30, 657_000),
            ("open", "new", 30, 657_000),
            ("won", "new", 30, 657_000),
        ],
        RECORDED: [("bookings",)],
    },
    "only_leads": {
        STAGES: [("lead", 120), ("mql", 96)],
        OUTCOMES: [],
        RECORDED: [("leads",)],
    },
    "orders": {
        STAGES: [
            ("customer", 60),
            ("expanded", 25),
            ("lead", 60),
            ("mql", 60),
            ("opportunity", 60),
        ],
        OUTCOMES: [("won", "expansion", 25, 725), ("won", "new", 60, 3030)],
        RECORDED: [("bookings",), ("leads",)],
    },
    "event_log": {
        STAGES: [
            ("customer", 20),
            ("lead", 80),
            ("mql", 80),
            ("opportunity", 50),
            ("sql", 60),
        ],
        OUTCOMES: [
            ("lost", "new", 18, 143_100),
            ("open", "new", 12, 113_400),
            ("won", "new", 20, 121_000),
        ],
        RECORDED: [("bookings",), ("leads",)],
    },
    "two_hubspots": {
        PERSONS: [(110,)],
        # Six wins of 1,000 dollars, and six of 1,000 euros at 1.25.
        OUTCOMES: [("lost", "new", 6, 6_500), ("won", "new", 12, 13_500)],
        SILENT: [("hubspot_eu",)],
        RECORDED: [("bookings",), ("leads",)],
    },
    "own_attributes": {
        # Five of the forty of tier A or B with a budget asked when their company was in tier C.
        STAGES: [("customer", 10), ("lead", 100), ("mql", 35), ("opportunity", 20)],
        TIERS: [("A", 5, 400), ("B", 5, 450), ("C", 5, 500), ("D", 5, 550)],
        BUDGETS: [(False, 20), (True, 80)],
        # Two deals have the product Pilot, too few to be published.
        PRODUCTS: [
            ("A", "Basic", 2),
            ("A", "Pro", 2),
            ("A", "withheld", 1),
            ("B", "Basic", 3),
            ("B", "Pro", 2),
            ("C", "Basic", 3),
            ("C", "Pro", 2),
            ("D", "Basic", 2),
            ("D", "Pro", 2),
            ("D", "withheld", 1),
        ],
        RECORDED: [("bookings",), ("leads",)],
    },
    "marketo_recurly": {
        # 60 leads and four merged into them; six of the twelve accounts have a lead's address.
        PERSONS: [(66,)],
        STAGES: [("lead", 60), ("mql", 60)],
        TOUCHES: [
            ("email_clicked", "email", 30, 30),
            ("form_submitted", "paid_search", 20, 10),
            ("form_submitted", None, 40, 20),
        ],
        COUNTRIES: [("FR", datetime(1900, 1, 1)), ("DE", datetime(2026, 3, 1, 10))],
        # A trial until February, an exit in March, two more seats in April, a pause from May on.
        MRR: [
            (date(2026, 1, 1), 1700),
            (date(2026, 2, 1), 1800),
            (date(2026, 3, 1), 1700),
            (date(2026, 4, 1), 1900),
            (date(2026, 5, 1), 1800),
            (date(2026, 6, 1), 1800),
        ],
        PAID: [("payment", 12, 15_000), ("refund", 1, 100)],
        RECORDED: [("leads",), ("mrr",)],
    },
    "product_usage": {
        # Six users for each number of days from none to nine.
        STAGES: [("lead", 60), ("mql", 42)],
        TOUCHES: [
            ("product_signed_up", "paid_search", 30, 30),
            ("product_signed_up", None, 30, 0),
            ("product_used", None, 270, 0),
        ],
        DAYS_TO_MQL: [(3, 42)],
        RECORDED: [("leads",)],
    },
}


@dataclass(frozen=True)
class Made:
    """A recipe whose project was built."""

    name: str
    database: Path


@pytest.fixture(scope="module", params=recipe_names())
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    name: str = request.param
    folder = tmp_path_factory.mktemp("recipes")
    database, project = folder / f"{name}.duckdb", folder / name
    assert write_recipe(project, read_recipe(name), str(package_in(folder)), database) == 0
    install(project)
    arguments = ["build", "--quiet", "--exclude-resource-type", "unit_test"]
    arguments += ["--indirect-selection", "cautious", "--select", *BUILT.split()]
    outcome = run_dbt(arguments, database, folder / "target", project=project)
    results = getattr(outcome.result, "results", [])
    bad = [each for each in results if each.status in ("error", "fail", "skipped")]
    assert outcome.success, [(each.node.name, each.message) for each in bad]
    return Made(name, database)


def test_a_recipe_counts_what_was_made_up(made: Made) -> None:
    for sql, expected in TRUTH[made.name].items():
        assert query(made.database, sql) == expected, sql


def test_what_no_system_provides_is_null_and_no_row_is_lost(made: Made) -> None:
    assert query(made.database, LEFT_OUT) == [(0,)]
    assert query(made.database, LOST_ROWS) == [(0,)]


def test_every_recipe_has_its_truth_and_its_page() -> None:
    assert sorted(TRUTH) == recipe_names()
    for name in recipe_names():
        page = (read_recipe(name).folder / "README.md").read_text()
        assert f"funnel scaffold --recipe {name} " in page
