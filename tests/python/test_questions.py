"""The queries of docs/questions.md give what single rows, the truth or another table give."""

import re
from decimal import Decimal
from typing import Any

import pytest

from funnel.places import ROOT
from tests.python.bi_story import beside_truth
from tests.python.conftest import Built

PAGE = (ROOT / "docs" / "questions.md").read_text()
SECTION = r"^## ([^\n]+)\n.*?```sql\n(.*?)```\n\n([^\n]*)"
SECTIONS = {
    title: (sql, heading)
    for title, sql, heading in re.findall(SECTION, PAGE, re.DOTALL | re.MULTILINE)
}
# The same figures from other tables; a null is not compared.
OTHERWISE = {
    "What will the quarter land at, and how sure is that?": """
        select 'Q3 2026', round(sum(expected) + max(won)), null, null, round(max(won)), null, null,
            null
        from (
            select sum(expected_volume) as expected, 0 as won
            from intermediate.int_forecast_days_estimated
            where day_number < 92
                and measure in ('new_amount', 'renewal_amount', 'expansion_amount')
        )""",
    "Is that enough for the target, by market and for the company?": """
        with wanted as (
            select funnel, sum(target_amount) as target,
                sum(target_amount * new_share) as new_target
            from seeds.targets where target_month between '2026-07-01' and '2026-09-01'
            group by funnel
        )
        select funnels.funnel, target, new_target, null, null from seeds.funnels
        left join wanted on funnels.funnel = wanted.funnel
        union all select null, sum(target), sum(new_target), null, null from wanted
        order by 1 nulls last""",
    "What slipped in the last quarter?": """
        select opportunities.system, opportunities.record_id, null, null,
            max_by(changes.amount, changes.change_date) as last_due_amount
        from marts.dim_opportunities as opportunities
        inner join marts.fct_opportunity_changes as changes using (opportunity_key)
        where opportunities.outcome = 'open'
            and changes.expected_close_date between '2026-04-01' and '2026-06-30'
            and changes.change_date < '2026-07-01'
            and coalesce(changes.next_change_date, date '9999-12-31') > '2026-04-01'
        group by all order by last_due_amount desc, record_id limit 5""",
    "Why is the pipeline larger or smaller than a quarter ago?": """
        with quarters as (
            select 'Q' || quarter(start) || ' ' || year(start) as name, start,
                start + interval 3 month as next_start
            from unnest(['2026-04-01', '2026-01-01', '2025-10-01', '2025-07-01']) as starts (text),
                lateral (select cast(text as timestamp) as start)
        )
        select name, null, null, null, null,
            (select sum(cast(dollars as decimal(18, 2))) from won_deals
                where closed_at >= start and closed_at < next_start), null, null
        from quarters order by start desc""",
    "What must marketing deliver, and by when?": """
        select targets.funnel, target_month,
            round((select count(*) / 8.0 from marts.fct_lifecycle as lifecycle
                where stage = 'lead' and stage_entry_number = 1 and is_qualified
                    and lifecycle.funnel = targets.funnel
                    and entered_at >= timestamp '2026-07-01' - interval 56 day), 1),
            null, null, null, null
        from seeds.targets where target_month >= '2026-07-01'
        order by target_month, funnel limit 6""",
    "What if the win rate falls by two points?": """
        select -2 * sum(gained_amount), null, null from marts.plan_levers
        where lever || from_node = 'rateopportunity'""",
    "What do customers cost, what are they worth, and when have they paid back?": """
        select sum(customer_count), round(sum(spend_amount) / sum(customer_count), 2),
            round(sum(spend_amount + other_cost_amount) / sum(customer_count), 2), 'ok', null, null,
            null, null
        from intermediate.int_spend_cohorts_aggregated where is_mature""",
    "Which cohorts have paid back what they cost?": """
        select first_mrr_month, date_diff('month', first_mrr_month, date '2026-06-01'),
            round(sum(mrr_month_amount) * 0.8, 2), null
        from intermediate.int_customers_aggregated as customers
        where first_mrr_month in (
            select cohort_month from marts.kpi_retention
            group by 1 having count(*) = count(full_cost_amount)
        )
        group by 1 order by 1 limit 5""",
    "How much of last year's recurring revenue is still there?": """
        with ends as (
            select account_key, movement_month, closing_amount from marts.fct_mrr_movements
            where closing_amount > 0
        ), quarters as (
            select * from (values
                ('Q2 2026', date '2026-06-01', date '2025-06-01'),
                ('Q1 2026', date '2026-03-01', date '2025-03-01')) as quarters (name, now, ago)
        )
        select name, round(sum(coalesce(later.closing_amount, 0)) / sum(former.closing_amount), 3),
            round(sum(least(coalesce(later.closing_amount, 0), former.closing_amount))
                / sum(former.closing_amount), 3),
            round(1 - count(later.account_key) / count(*), 3),
            (select count(*) from ends where movement_month = now),
            (select sum(closing_amount) from ends where movement_month = now)
        from quarters inner join ends as former on former.movement_month = ago
        left join ends as later
            on later.movement_month = now and later.account_key = former.account_key
        group by name, now order by now desc""",
    "Which renewals are expected, and do they meet the target?": """
        select target_month, sum(target_amount * renewal_share), null, null, null
        from seeds.targets where target_month >= '2026-07-01' group by 1 order by 1 limit 3""",
}


def test_every_question_is_answered_another_way() -> None:
    assert list(SECTIONS) == list(OTHERWISE)
    assert len(SECTIONS) == 10


@pytest.mark.parametrize("title", OTHERWISE)
def test_a_question_has_the_answer_that_other_rows_give(built: Built, title: str) -> None:
    query, heading = SECTIONS[title]
    with beside_truth(built) as connection:
        shown = connection.execute(query)
        names = [column[0] for column in shown.description or []]
        rows = shown.fetchall()
        wanted = connection.execute(OTHERWISE[title]).fetchall()
    assert heading == f"| {' | '.join(names)} |"
    assert len(rows) == len(wanted) > 0
    for row, other in zip(rows, wanted, strict=True):
        for value, wanted_value in zip(row, other, strict=True):
            if wanted_value is not None:
                assert _plain(value) == pytest.approx(_plain(wanted_value), abs=0.011)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, (int, float, Decimal)) else value
