"""The queries of docs/bi.md give what the truth or single rows give."""

import re
from decimal import Decimal
from typing import Any

import pytest

from funnel.places import ROOT
from tests.python.bi_story import beside_truth
from tests.python.conftest import Built

PAGE = (ROOT / "docs" / "bi.md").read_text()
SECTIONS = dict(re.findall(r"^### ([^\n]+)\n.*?```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
RESULTS = dict(
    re.findall(r"^### ([^\n]+)\n.*?```\n\n(\|.*?\n)(?:\n|\Z)", PAGE, re.DOTALL | re.MULTILINE)
)
DOLLARS = "cast(dollars as decimal(18, 2))"
# The same figures from the demo's truth or from rows that each stand for one thing.
OTHERWISE = {
    "Leads by month": """
        select cast(date_trunc('month', qualified_at) as date), count(*) from stage_entries
        where stage = 'lead' and qualified_at >= '2026-01-01' group by 1 order by 1""",
    "Revenue won by channel": """
        select first_channel,
            sum(coalesce(won_amount, 0) + coalesce(renewal_and_expansion_amount, 0))
        from marts.fct_journeys group by 1 order by 2 desc limit 5""",
    "Revenue won by quarter and kind": """
        select 'Q' || quarter(entered_at) || ' ' || year(entered_at),
            sum(amount) filter (where stage = 'customer'),
            sum(amount) filter (where stage != 'customer')
        from marts.fct_lifecycle
        where stage in ('customer', 'retained', 'expanded') and entered_at >= '2025-07-01'
        group by date_trunc('quarter', entered_at), 1 order by date_trunc('quarter', entered_at)""",
    "Win rate of new business by market": """
        select funnel, count(*) filter (where outcome = 'won'), count(*),
            round(100.0 * avg(case when outcome = 'won' then 1 else 0 end), 1)
        from marts.dim_opportunities
        where revenue_type = 'new' and outcome != 'open' and closed_at is not null
        group by 1 order by 1""",
    "Customers by industry: a join of two tables": """
        select industry, count(distinct journey_key) filter (where stage = 'lead') as leads,
            count(distinct journey_key) filter (where stage = 'customer' and journey_key in (
                select journey_key from marts.fct_lifecycle where stage = 'lead' and is_qualified
            ))
        from marts.fct_lifecycle join marts.dim_accounts using (account_key)
        where is_qualified or stage = 'customer' group by 1 order by 2 desc, 1 limit 5""",
    "Accounts with an open opportunity: a distinct count": """
        select count(*), count(distinct account_id) from deals where outcome = 'open'""",
    "Cost per lead by channel": """
        with spent as (
            select channel, sum(round(spent.amount * rates.rate, 2)) as dollars
            from intermediate.int_ad_spend_unioned as spent
            asof join seeds.exchange_rates as rates
                on spent.currency = rates.currency and spent.spend_date >= rates.valid_from
            group by 1
        ), leads as (
            select first_channel as channel, count(*) as count from marts.fct_lifecycle
            where stage = 'lead' and stage_entry_number = 1 and is_qualified group by 1
        )
        select channel, dollars, count, round(dollars / count, 2), channel = 'paid_social'
        from spent join leads using (channel) order by 1""",
    "Recurring revenue at the end of the last month": """
        select date '2026-06-01', sum(new_amount + reactivation_amount + expansion_amount
            - contraction_amount - churn_amount) from marts.fct_mrr_movements""",
    "Median days from lead to MQL": """
        with times as (
            select journey_key, max(case when stage = 'lead' then entered_at end) as lead_at,
                max(case when stage = 'mql' then entered_at end) as mql_at
            from marts.fct_lifecycle where is_qualified and stage_entry_number = 1 group by 1
        )
        select count(*), median(floor(epoch(mql_at - lead_at) / 86400)) from times
        where mql_at is not null and lead_at is not null""",
    "Bookings against target": f"""
        with booked as (
            select date_trunc('month', closed_at) as month, sum({DOLLARS}) as dollars
            from won_deals where closed_at between '2026-03-01' and '2026-07-01' group by 1
        ), targets as (
            select target_month as month, sum(target_amount) as amount from seeds.targets group by 1
        )
        select strftime(month, '%B %Y'), dollars, amount, true
        from booked left join targets using (month) order by month""",
}


def test_every_query_of_the_page_is_computed_another_way() -> None:
    assert list(SECTIONS) == list(OTHERWISE)
    assert len(SECTIONS) == 10


@pytest.mark.parametrize("title", OTHERWISE)
def test_a_query_of_the_page_gives_the_truth(built: Built, title: str) -> None:
    with beside_truth(built) as connection:
        shown = connection.execute(SECTIONS[title])
        names = [column[0] for column in shown.description or []]
        rows = shown.fetchall()
        wanted = connection.execute(OTHERWISE[title]).fetchall()
    assert rows
    assert [_plain(row) for row in rows] == [_plain(row) for row in wanted]
    shown_columns = RESULTS[title].partition("\n")[0]
    assert shown_columns == f"| {' | '.join(names)} |"


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [
        round(float(value), 2) if isinstance(value, (int, float, Decimal)) else value
        for value in row
    ]
