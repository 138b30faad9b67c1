"""What a case can ask the marts: each answer is a list of rows about the case alone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.python.cases.landing import Case
from tests.python.reading import query

OWN = """
    with own_accounts as (
        select distinct mapped.account_key
        from intermediate.int_companies_rows_checked as companies
        inner join intermediate.int_company_accounts_mapped as mapped using (company_key)
        where companies.source_key like '%{n}%'
    ),
    own_opportunities as (
        select *
        from marts.dim_opportunities
        where opportunity_key in (
            select opportunity_key from intermediate.int_opportunities_rows_checked
            where source_key like '%{n}%'
        )
    ),
    own_persons as (
        select distinct mapped.person_key
        from intermediate.int_people_rows_checked as people
        inner join intermediate.int_record_persons_mapped as mapped using (record_key)
        where people.source_key like '%{n}%'
    ),
    own_entries as (
        select lifecycle.*, stages.stage_order
        from marts.fct_lifecycle as lifecycle
        inner join seeds.lifecycle_stages as stages using (stage)
        where person_key in (from own_persons)
            or journey_key in (select journey_key from own_opportunities)
    )
"""
QUESTIONS = {
    # Each opportunity: its outcome, amount and day of closing.
    "opportunities": """
        select outcome, amount, cast(closed_at as date)
        from own_opportunities order by created_at, opportunity_key
    """,
    # From the opportunity on: each stage that was entered, and the day.
    "sales_stages": """
        select stage, cast(entered_at as date) from own_entries
        where stage_order >= 6 order by journey_key, entry_number
    """,
    # Where the journeys stand at the cutoff.
    "current_stages": "select stage from own_entries where is_current order by stage",
    # How often each stage was entered with evidence.
    "stage_counts": """
        select stage, count(*) from own_entries where not is_inferred
        group by stage, stage_order order by stage_order
    """,
    # Movements of monthly recurring revenue: the month, the kind and the amount.
    "mrr_movements": """
        select movement_month, replace(kind, '_amount', ''), amount
        from (
            unpivot marts.fct_mrr_movements
            on new_amount, reactivation_amount, expansion_amount, contraction_amount, churn_amount
            into name kind value amount
        )
        where amount != 0 and account_key in (from own_accounts)
        order by movement_month, kind
    """,
    # Days from an opportunity's creation to its close.
    "cycle_days": "select cycle_days from own_opportunities order by created_at, opportunity_key",
    # Touches of each kind.
    "touch_counts": """
        select kind, count(*) from intermediate.int_touches_resolved
        where person_key in (from own_persons) group by kind order by kind
    """,
    # The last interval of each open opportunity: its pipeline class, and the day it began.
    "open_intervals": """
        select pipeline_class, cast(starts_at as date)
        from intermediate.int_pipeline_intervals_dated
        where ends_at > '2026-07-01'
            and opportunity_key in (select opportunity_key from own_opportunities)
    """,
    # How many persons and accounts the records of the case are.
    "person_count": "select count(*) from own_persons",
    "account_count": "select count(*) from own_accounts",
    # The records of the person whose journey the opportunity belongs to.
    "opportunity_records": """
        select people.record_id
        from own_opportunities as opportunities
        inner join intermediate.int_record_persons_mapped as mapped using (person_key)
        inner join intermediate.int_people_rows_checked as people using (record_key)
        order by people.record_id
    """,
    # The companies of the opportunity's account.
    "opportunity_companies": """
        select companies.company_record_id
        from own_opportunities as opportunities
        inner join intermediate.int_company_accounts_mapped as mapped using (account_key)
        inner join intermediate.int_companies_rows_checked as companies using (company_key)
        order by companies.company_record_id
    """,
    # The source rows that could not be used, and why.
    "quarantined": """
        select source_table, reason_code from marts.quarantine
        where source_row_id like '%{n}%' order by source_table, source_row_id
    """,
    # Money received and returned: the kind, the amount in the reporting currency and the day.
    "payments": """
        select payment_kind, amount, cast(paid_at as date) from marts.fct_payments
        where account_key in (from own_accounts) order by paid_at, payment_kind
    """,
    # Why staging does not use a subscription, rows that it sets aside too.
    "subscription_reasons": """
        select distinct reason_code from staging.stg_stripe__subscriptions
        where source_key like '%{n}%' order by reason_code
    """,
    # The countries of the case's persons and accounts.
    "person_countries": """
        select country from marts.dim_persons
        where person_key in (from own_persons) order by country
    """,
    "account_countries": """
        select country from marts.dim_accounts
        where account_key in (from own_accounts) order by country
    """,
    # Opportunities on which two CRMs disagree: what is compared, why, and the amounts of both.
    "differences": """
        select comparison, category, amount, other_amount from marts.record_differences
        where comparison in ('bookings', 'pipeline')
            and (record_id like '%{n}%' or other_record_id like '%{n}%')
        order by all
    """,
    # The attribution credit of each channel.
    "credits": """
        select channel, credited_amount from marts.kpi_attribution_by_model
        where attribution_model = 'linear' and opportunity_key in (
            select opportunity_key from own_opportunities
        )
        order by channel
    """,
}


def answer(database: Path, case: Case, question: str) -> list[Any]:
    """The rows that answer a question; of a single column, its values."""
    sql = OWN.format(n=case.number) + QUESTIONS.get(question, question).format(n=case.number)
    found = [[_plain(value) for value in row] for row in query(database, sql)]
    return [row[0] if len(row) == 1 else row for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
