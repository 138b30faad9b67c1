"""The fact compared with the truth that the demo company was drawn from, entry by entry."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from funnel.demo import settings
from funnel.demo.generate import generate, moment
from funnel.demo.load import load
from funnel.demo.touches import touches_of
from funnel.demo.truth import stays
from funnel.demo.world import draw_world
from funnel.run_dbt import ROOT
from tests.python.conftest import PEOPLE as PEOPLE_COUNT
from tests.python.conftest import SEED, UNTIL, Built, messages, query
from tests.python.reasons import CODES
from tests.python.warm_dbt import run_dbt

LOOKS = (
    datetime(2024, 10, 11),
    datetime(2024, 11, 26),
    datetime(2025, 11, 11),
    datetime(2026, 3, 19),
)
PEOPLE = """
    select distinct records.human_id, resolved.person_key
    from records
    inner join (from intermediate.int_people_rows_checked where reason_code is null) as people
        on records.system = people.system and records.record_id = people.record_id
    inner join intermediate.int_record_persons_mapped as resolved using (record_key)
"""
DEALS = """
    select
        deals.*,
        opportunities.opportunity_key,
        opportunities.journey_key,
        opportunities.revenue_type,
        -- The deal that a journey without a person is named for: its first.
        opportunities.journey_match_method in ('own_journey', 'account_won_before_the_records')
        and row_number() over (
            partition by opportunities.journey_key order by deals.created_at, deals.deal_id
        ) = 1 as is_own
    from deals
    left join (from intermediate.int_opportunities_rows_checked where reason_code is null) as landed
        on deals.system = landed.system
        and landed.source_key = deals.deal_id
    left join marts.dim_opportunities as opportunities
        on landed.opportunity_key = opportunities.opportunity_key
"""
# The fact by the truth's names: journeys by person and number, else by opportunity.
FACT = """
    select
        coalesce(
            'J-' || people.human_id || '-' || journeys.journey_number,
            'D-' || own.deal_id
        ) as journey,
        lifecycle.stage,
        lifecycle.entered_at,
        lifecycle.is_inferred,
        lifecycle.qualified_at
    from marts.fct_lifecycle as lifecycle
    inner join intermediate.int_journeys_described as journeys using (journey_key)
    left join people on journeys.person_key = people.person_key
    left join fact_opportunities as own
        on journeys.journey_key = own.journey_key and own.is_own
    -- What contracts is compared by account, with the true subscriptions.
    where lifecycle.stage_entry_number = 1 and lifecycle.stage != 'contracted'
"""
TRUE = """
    select
        coalesce(
            'J-' || entries.human_id || '-' || entries.journey_number,
            'D-' || journeys.deal_id
        ) as journey,
        entries.stage,
        min(entries.entered_at) as entered_at,
        arg_min(entries.is_inferred, coalesce(entries.entered_at, 'infinity')) as is_inferred,
        -- What the definition decides can be met later than the stage was passed.
        min(entries.qualified_at) filter (
            not entries.is_inferred or entries.stage in ('lead', 'mql', 'sql')
        ) as qualified_at
    from stage_entries as entries
    inner join journeys using (journey_id)
    where entries.stage != 'recycled'
    group by journey, entries.stage
"""

# Which account of the project each of the truth's is, by the companies of both CRMs.
TRUE_ACCOUNTS = """
    select distinct companies.account_id, mapped.account_key
    from companies
    inner join (from intermediate.int_companies_rows_checked where reason_code is null) as records
        on companies.system = records.system
        and companies.company_id = records.company_record_id
    inner join intermediate.int_company_accounts_mapped as mapped using (company_key)
"""
# Every exit of the fact, by the truth's names.
FACT_EXITS = """
    select
        coalesce(
            'J-' || people.human_id || '-' || journeys.journey_number,
            'D-' || own.deal_id
        ) as journey,
        lifecycle.stage,
        lifecycle.entered_at
    from marts.fct_lifecycle as lifecycle
    inner join intermediate.int_journeys_described as journeys using (journey_key)
    left join people on journeys.person_key = people.person_key
    left join fact_opportunities as own
        on journeys.journey_key = own.journey_key and own.is_own
    where lifecycle.stage in ('disqualified', 'lost', 'churned')
"""
TRUE_EXITS = """
    select
        coalesce('J-' || journeys.human_id || '-' || journeys.number, 'D-' || journeys.deal_id)
            as journey,
        exits.stage,
        exits.exited_at as entered_at
    from exits
    inner join journeys using (journey_id)
"""


@pytest.fixture(scope="module")
def built_in_goes(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A company that erases half of what it should keep, read now and then while it was there."""
    folder = tmp_path_factory.mktemp("in_goes")
    made = Built(folder / "revenue_funnel.duckdb", folder / "demo" / "truth", folder / "target")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "VANISHED_MEMBER_SHARE", 0.5)
        for until in (*LOOKS, UNTIL):
            looks = [look for look in LOOKS if look < until]
            generate(PEOPLE_COUNT, SEED, until, folder / "demo", looks=looks)
            load(folder / "demo", made.database)
            select = "+history_erasable_touch_changes"
            if until == UNTIL:
                select = "+fct_lifecycle +dim_opportunities +fct_payments"
            arguments = ["build", "--quiet", "--exclude-resource-type", "test", "unit_test"]
            outcome = run_dbt(
                [*arguments, "--select", *select.split()],
                made.database,
                made.target,
                {"cutoff": str(UNTIL)},
            )
            assert outcome.success, messages(outcome)
    return made


@pytest.fixture(scope="module", params=["built", "built_in_goes"])
def both(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """A built database, with the truth's tables and the ways from one to the other as views."""
    made: Built = request.getfixturevalue(request.param)
    with duckdb.connect(str(made.database), read_only=True) as connection:
        for file in made.truth.glob("*.parquet"):
            connection.execute(f"create temp view {file.stem} as from '{file}'")
        views = {
            "people": PEOPLE,
            "fact_opportunities": DEALS,
            "fact": FACT,
            "true_entries": TRUE,
            "fact_exits": FACT_EXITS,
            "true_exits": TRUE_EXITS,
        }
        for name, sql in views.items():
            connection.execute(f"create temp table {name} as {sql}")
        yield connection


def test_every_true_person_is_one_person(both: duckdb.DuckDBPyConnection) -> None:
    counts = both.execute(
        "select count(*), count(distinct human_id), count(distinct person_key) from people"
    ).fetchone()
    assert counts is not None
    assert counts[0] == counts[1] == counts[2] > 1000


def test_every_stage_count_is_the_true_one(both: duckdb.DuckDBPyConnection) -> None:
    counts = """
        select stage, count(*), sum(is_inferred::int), count(qualified_at)
        from {} group by stage order by stage
    """
    assert (
        both.execute(counts.format("fact")).fetchall()
        == both.execute(counts.format("true_entries")).fetchall()
    )


def test_every_entry_is_the_true_one_at_its_time(both: duckdb.DuckDBPyConnection) -> None:
    """Every stage: even an e-mail's click has its millisecond."""
    difference = both.execute(
        "(from fact except from true_entries) union all (from true_entries except from fact)"
    ).fetchall()
    assert difference == []


def test_every_exit_is_a_true_one_and_happens_once(both: duckdb.DuckDBPyConnection) -> None:
    """A state that a system writes again is no further exit."""
    difference = both.execute(
        "(from fact_exits except all from true_exits)"
        " union all (from true_exits except all from fact_exits)"
    ).fetchall()
    assert difference == []


def test_every_true_account_is_one_account(both: duckdb.DuckDBPyConnection) -> None:
    """Companies that a CRM has merged, too: Stripe and Zendesk go on naming the ones that lost."""
    pairs = both.execute(TRUE_ACCOUNTS).fetchall()
    accounts, keys = zip(*pairs, strict=True)
    assert len(pairs) == len(set(accounts)) == len(set(keys)) > 500


def test_every_renewal_expansion_contraction_and_churn_of_an_account_is_a_true_one(
    both: duckdb.DuckDBPyConnection,
) -> None:
    """By account and time, from its true deals and the end of what it paid for."""
    found = both.execute(f"""
        select account_id, stage, lifecycle.entered_at
        from marts.fct_lifecycle as lifecycle
        left join ({TRUE_ACCOUNTS}) as accounts using (account_key)
        where stage in ('retained', 'expanded', 'contracted', 'churned', 'returned')
            and account_key is not null
        order by all
    """).fetchall()
    expected = both.execute("""
        select account_id, if(type = 'renewal', 'retained', 'expanded') as stage, closed_at
        from deals
        where type in ('renewal', 'expansion') and outcome = 'won' and not is_deleted
            and account_id is not null
        union all
        select account_id, 'churned', max(ended_at)
        from subscriptions
        group by account_id
        having count(*) = count(ended_at)
        union all
        select account_id, 'contracted', started_at
        from (
            select *, lag(monthly_amount) over (
                partition by account_id order by started_at
            ) as earlier_amount
            from subscriptions
        )
        where monthly_amount < earlier_amount
        order by all
    """).fetchall()
    assert found == expected
    assert {stage for _, stage, _ in found} == {"retained", "expanded", "contracted", "churned"}


def test_revenue_shrinks_only_in_months_in_which_a_customer_contracted(built: Built) -> None:
    shrunk = query(
        built.database,
        "select account_key, movement_month from marts.fct_mrr_movements"
        " where contraction_amount > 0",
    )
    contracted = query(
        built.database,
        "select account_key, cast(date_trunc('month', entered_at) as date)"
        " from marts.fct_lifecycle where stage = 'contracted'",
    )
    assert shrunk
    assert set(shrunk) <= set(contracted)


def test_nothing_is_inferred_after_the_win_and_growth_is_no_step_back(
    both: duckdb.DuckDBPyConnection,
) -> None:
    after = """
        select outcome, sum(is_inferred::int) from marts.fct_lifecycle
        where stage in ('onboarded', 'retained', 'expanded', 'contracted', 'churned')
        group by outcome
    """
    assert dict(both.execute(after).fetchall()) == {"continued": 0, "exited": 0, "open": 0}


def test_a_customer_is_churned_exactly_if_nothing_is_paid_for_any_more(
    both: duckdb.DuckDBPyConnection,
) -> None:
    states = both.execute(f"""
        select state.account_id, state.has_ended, accounts.customer_state
        from (
            select account_id, count(*) = count(ended_at) as has_ended
            from subscriptions group by account_id
        ) as state
        inner join ({TRUE_ACCOUNTS}) as names using (account_id)
        inner join marts.dim_accounts as accounts using (account_key)
    """).fetchall()
    assert all(state == ("churned" if ended else "active") for _, ended, state in states)
    assert {state for *_, state in states} == {"churned", "active"}


def test_every_opportunity_is_at_its_true_account(both: duckdb.DuckDBPyConnection) -> None:
    """Ids of companies as numbers with a fraction, and deals without a person, included."""
    pairs = both.execute("""
        select distinct deals.account_id, found.account_key
        from fact_opportunities as deals
        inner join marts.dim_opportunities as found using (opportunity_key)
        where deals.account_id is not null
    """).fetchall()
    accounts, keys = zip(*pairs, strict=True)
    assert None not in keys
    assert len(pairs) == len(set(accounts)) == len(set(keys)) > 30


def test_every_lost_opportunity_has_its_true_reason(both: duckdb.DuckDBPyConnection) -> None:
    reasons = both.execute("""
        select deals.lost_reason, found.lost_reason
        from fact_opportunities as deals
        inner join marts.dim_opportunities as found using (opportunity_key)
    """).fetchall()
    assert len({reason for reason, _ in reasons}) > 3
    assert all(found == (reason and CODES[reason]) for reason, found in reasons)


def test_every_account_pays_its_true_amount_at_each_end_of_a_month(
    both: duckdb.DuckDBPyConnection,
) -> None:
    """In the currency of the subscription, so that no exchange rate comes in between."""
    monthly = """
        select account_id, currency, month_end, sum(monthly_amount)::decimal(18, 4) as amount
        from {subscriptions}
        inner join range(timestamp '2024-02-01', timestamp '2026-08-01', interval 1 month)
            as months(month_end)
            on started_at < month_end and coalesce(ended_at >= month_end, true)
        group by all
        order by all
    """
    landed = f"""(
        select account_id, currency, monthly_amount, started_at, ended_at
        from (from intermediate.int_subscriptions_rows_checked where reason_code is null)
        inner join intermediate.int_company_accounts_mapped as mapped using (company_key)
        left join ({TRUE_ACCOUNTS}) as accounts using (account_key)
    )"""
    true_amounts = both.execute(monthly.format(subscriptions="subscriptions")).fetchall()
    assert both.execute(monthly.format(subscriptions=landed)).fetchall() == true_amounts
    assert len(true_amounts) > 100


def test_every_account_has_paid_and_got_back_its_true_amounts(
    both: duckdb.DuckDBPyConnection,
) -> None:
    """Money that was only reserved and disputes that were won are neither paid nor returned."""
    sums = """
        select account_id, currency, kind, count(*), sum(amount)::decimal(18, 2)
        from {payments} group by all order by all
    """
    landed = f"""(
        select account_id, currency, kind, amount
        from (from intermediate.int_payments_rows_checked where reason_code is null)
        inner join intermediate.int_company_accounts_mapped as mapped using (company_key)
        left join ({TRUE_ACCOUNTS}) as accounts using (account_key)
    )"""
    true_sums = both.execute(sums.format(payments="payments")).fetchall()
    assert both.execute(sums.format(payments=landed)).fetchall() == true_sums
    assert {kind for _, _, kind, _, _ in true_sums} == {"payment", "refund", "dispute"}


def test_every_opportunity_has_its_true_outcome(both: duckdb.DuckDBPyConnection) -> None:
    assert (
        both.execute("""
        select deals.deal_id, deals.outcome, found.outcome
        from fact_opportunities as deals
        left join marts.dim_opportunities as found using (opportunity_key)
        where
            (not deals.is_deleted and deals.outcome is distinct from found.outcome)
            or (deals.is_deleted and found.opportunity_key is not null)
    """).fetchall()
        == []
    )


def test_every_opportunity_belongs_to_its_true_journey(both: duckdb.DuckDBPyConnection) -> None:
    """Two at once are of one journey if they are of one person; renewals are of the customer's."""
    pairs = both.execute("""
        select distinct journey_id, journey_key from fact_opportunities where not is_deleted
    """).fetchall()
    journeys, keys = zip(*pairs, strict=True)
    assert None not in journeys + keys
    assert len(pairs) == len(set(journeys)) == len(set(keys)) > 60


def test_every_win_is_of_its_true_type(both: duckdb.DuckDBPyConnection) -> None:
    """A renewal is one also where no CRM has what it renews."""
    wins = both.execute("""
        select deal_id, replace(type, '_business', ''), revenue_type
        from fact_opportunities where outcome = 'won' and not is_deleted
    """).fetchall()
    assert [win for win in wins if win[1] != win[2]] == []
    assert {kind for _, kind, _ in wins} == {"new", "renewal", "expansion"}


def test_every_deal_that_two_systems_have_disagrees_as_in_truth(built: Built) -> None:
    """Of each copy in HubSpot, why it and its opportunity disagree; what agrees has no row."""
    with duckdb.connect(str(built.database), read_only=True) as connection:
        found = connection.execute("""
            select other_record_id, category from marts.record_differences
            where comparison in ('bookings', 'pipeline')
                and category not in ('not_linked', 'suspected_double')
            group by all
            order by all
        """).fetchall()
        expected = connection.execute(f"""
            select deal_id, category from '{built.truth}/synced_deals.parquet'
            where category != 'none'
            order by all
        """).fetchall()
    assert found == expected
    assert len({category for _, category in found}) > 2


def test_a_deal_that_two_systems_have_counts_once(built: Built) -> None:
    counts = f"""
        select count(*), count(distinct copies.opportunity_id), count(checked.source_key)
        from '{built.truth}/synced_deals.parquet' as copies
        semi join salesforce.opportunity as opportunities
            on copies.opportunity_id = opportunities.id
        left join intermediate.int_opportunities_rows_checked as checked
            on copies.deal_id = checked.source_key
            and checked.system = 'hubspot'
            and checked.reason_code = 'same_opportunity'
    """
    copies, opportunities, set_aside = query(built.database, counts)[0]
    assert copies == opportunities == set_aside > 5


def test_won_revenue_is_the_truths_converted_by_hand(both: duckdb.DuckDBPyConnection) -> None:
    won = both.execute("""
        select amount, currency, closed_at
        from deals
        where outcome = 'won' and not is_deleted
    """).fetchall()
    rates = _rates(ROOT / "seeds" / "exchange_rates.csv")
    expected = sum(
        _cents(Decimal(str(amount)) * _rate(rates[currency], str(closed_at)))
        for amount, currency, closed_at in won
    )
    won_amount = both.execute("""
        select sum(amount)
        from marts.fct_lifecycle
        inner join seeds.lifecycle_stages using (stage)
        where entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
            and opportunity_key is not null
    """).fetchone()
    assert len(won) > 10
    assert won_amount == (expected,)


def test_bookings_of_each_quarter_and_type_are_the_truths(built: Built) -> None:
    """Converted by hand; a customer who is older than the CRM books renewals, nothing new."""
    rates = _rates(ROOT / "seeds" / "exchange_rates.csv")
    expected: dict[tuple[str, str], Decimal] = {}
    for kind, quarter, amount, currency, closed_at in query(
        built.database,
        "select type, date_trunc('quarter', closed_at)::date::text, amount, currency, closed_at"
        f" from '{built.truth}/deals.parquet' where outcome = 'won' and not is_deleted",
    ):
        key = (kind.removesuffix("_business"), quarter)
        value = _cents(Decimal(str(amount)) * _rate(rates[currency], str(closed_at)))
        expected[key] = expected.get(key, Decimal(0)) + value
    booked = query(
        built.database,
        "select revenue_type, period_start::text, sum(won_amount) from marts.kpi_sales_by_period"
        " where period_kind = 'quarter' group by all having sum(won_amount) > 0",
    )
    assert {(kind, quarter): amount for kind, quarter, amount in booked} == expected
    assert {kind for kind, _ in expected} == {"new", "renewal", "expansion"}


def _rates(seed: Path) -> dict[str, list[tuple[str, Decimal]]]:
    rates: dict[str, list[tuple[str, Decimal]]] = {}
    with seed.open() as rows:
        for row in csv.DictReader(rows):
            rates.setdefault(row["currency"], []).append((row["valid_from"], Decimal(row["rate"])))
    return rates


def _rate(rates: list[tuple[str, Decimal]], day: str) -> Decimal:
    return [rate for valid_from, rate in sorted(rates) if valid_from <= day][-1]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_an_erased_touch_is_retained_if_an_earlier_build_saw_it(built_in_goes: Built) -> None:
    """As many touches as the truth has by looking at those moments, and not by the end alone."""
    kept = query(
        built_in_goes.database, "select count(*) from intermediate.int_erased_touches_selected"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "VANISHED_MEMBER_SHARE", 0.5)
        touches = touches_of(draw_world(SEED, 0, PEOPLE_COUNT))
    looks = [moment(look) for look in LOOKS]
    seen, unseen = (stays(touches, moment(UNTIL), past).sum() for past in (looks, []))
    assert kept[0][0] == seen - unseen > 0


def test_spend_is_in_the_currency_of_its_account(built: Built) -> None:
    """Of an account's two versions with one time, the active one holds."""
    currencies = "select distinct system, currency from intermediate.int_ad_spend_unioned"
    assert set(query(built.database, currencies)) == {
        ("google_ads", "USD"),
        ("linkedin_ads", "USD"),
        ("facebook_ads", "EUR"),
    }
