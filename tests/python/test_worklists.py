"""Worklists, reasons, owners and who set a label: by the demo's truth or by properties."""

import re
from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from math import hypot
from pathlib import Path
from typing import Any

import duckdb
import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from tests.python.conftest import UNTIL, Built, query
from tests.python.conversion_story import contract_start, is_exit, journeys, years_later
from tests.python.reasons import CODES
from tests.python.revenue_story import rows

# An admin's new name for a status is in no seed: it means no stage, but somebody set it.
UNLISTED = "Working - Nurture"


def _truth(made: Built, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(made.database), read_only=True) as connection:
        for file in Path(made.truth).glob("*.parquet"):
            connection.execute(f"create temp view true_{file.stem} as from '{file}'")
        return connection.execute(sql).fetchall()


def test_every_record_to_open_has_its_true_owner(built: Built) -> None:
    found = _truth(
        built,
        f"""
        select persons.system, nullif(owners.user_id, 'none'), truth.owner_id
        from marts.dim_persons as persons
        left join marts.dim_owners as owners using (owner_key)
        left join true_owners as truth
            on persons.system = truth.system and persons.record_id = truth.record_id
            and truth.assigned_at < timestamp '{UNTIL}'
        where persons.system in ('hubspot', 'salesforce')
        and persons.record_id in (select record_id from true_owners)
        """,
    )
    assert {system for system, _, _ in found} == {"hubspot", "salesforce"}
    assert sum(owner is not None for _, owner, _ in found) > 500
    assert [row for row in found if row[1] != row[2]] == []


def test_every_row_of_a_list_has_an_owner_if_its_record_has_one(built: Built) -> None:
    [(count, without)] = query(
        built.database,
        "select count(*), count(*) filter (where owner_key = 0) from marts.worklists",
    )
    assert count > 100
    assert without < 0.1 * count


def test_every_exit_has_its_true_reason(built: Built) -> None:
    true = _truth(
        built, "select stage, exited_at, reason from true_exits where stage != 'recycled'"
    )
    expected = Counter((stage, at, CODES[reason]) for stage, at, reason in true)
    found = Counter(
        query(
            built.database,
            "select stage, entered_at, exit_reason from marts.fct_lifecycle"
            " where stage in ('disqualified', 'lost', 'churned')",
        )
    )
    assert len({reason for _, _, reason in found}) > 8
    # Of a loss that was taken back since, no system says the reason any more.
    others = (found - expected).elements()
    assert {(stage, reason) for stage, _, reason in others} <= {("lost", "unknown")}
    assert sum(reason == "unknown" for _, _, reason in found.elements()) < 0.05 * found.total()


def test_every_exit_is_counted_once_with_its_category(built: Built) -> None:
    counts = query(
        built.database,
        "select exit_type, count(*), count(reason_team) from marts.journey_exits"
        " group by exit_type",
    )
    fact = dict(
        query(
            built.database,
            "select stage, count(*) from marts.fct_lifecycle"
            " where stage in ('disqualified', 'lost', 'churned') group by stage",
        )
    )
    known = {name: count for name, count, _ in counts}
    assert known["rejected"] == fact["disqualified"]
    assert known["lost"] == fact["lost"]
    assert known["churned"] == fact["churned"]
    assert all(teams > 0 for _, _, teams in counts)


def test_amounts_of_exits_that_stand_are_those_that_were_lost(built: Built) -> None:
    """Each lost opportunity once, none that was won later, and the revenue that billing lost. A
    loss beside another opportunity of the journey, open or won, is no exit: the journey goes on."""
    shown = query(
        built.database,
        "select count(opportunity_key), sum(amount) filter (exit_type = 'lost'),"
        " sum(lost_mrr_amount) from marts.journey_exits"
        " where is_last and exit_type in ('lost', 'churned')",
    )
    lost = query(
        built.database,
        "select count(*), sum(amount) from marts.dim_opportunities as one"
        " where outcome = 'lost' and opportunity_type = 'new' and not exists ("
        "  from marts.dim_opportunities as other"
        "  where other.journey_key = one.journey_key"
        "   and other.opportunity_key <> one.opportunity_key and other.created_at < one.closed_at"
        "   and (other.outcome <> 'lost' or other.closed_at > one.closed_at))",
    )
    churned = query(
        built.database,
        "select count(*), sum(churn_amount) from marts.fct_mrr_movements where churn_amount > 0",
    )
    assert shown == [(lost[0][0] + churned[0][0], lost[0][1], churned[0][1])]
    everything = "select count(*) from marts.journey_exits where exit_type = 'lost'"
    assert query(built.database, everything)[0][0] > lost[0][0]


def test_every_label_was_set_by_whom_the_truth_says(built: Built) -> None:
    true = _truth(
        built,
        f"""
        select system, changed_by, count(*) from true_label_changes
        where changed_at < timestamp '{UNTIL}' group by all
        """,
    )
    found = query(
        built.database,
        "select system, changed_by, sum(change_count)::bigint from marts.label_changes_by_setter"
        " group by system, changed_by",
    )
    assert len({changed_by for _, changed_by, _ in true}) == 4
    counts = Counter({(system, by): count for system, by, count in found})
    counts.subtract({(system, by): count for system, by, count in true})
    # One label in each CRM that the demo company spoils on purpose.
    assert Counter(system for system, _ in (+counts).elements()) == {"hubspot": 1, "salesforce": 1}
    assert not -counts
    unlisted = _truth(built, f"select count(*) from true_label_changes where label = '{UNLISTED}'")
    unmapped = query(
        built.database,
        "select sum(change_count)::bigint from marts.label_changes_by_setter"
        " where label_stage = 'unmapped' and changed_month >= '2026-05-01'",
    )
    assert unmapped == unlisted
    assert unlisted[0][0] > 10


def _business_hours(begin: datetime, end: datetime) -> float:
    """Hours from 9 to 17, Monday to Friday, day by day."""
    seconds, day = 0.0, begin.date()
    while day <= end.date():
        if day.weekday() < 5:
            opens = max(begin, datetime.combine(day, time(9)))
            closes = min(end, datetime.combine(day, time(17)))
            seconds += max((closes - opens).total_seconds(), 0)
        day += timedelta(days=1)
    return seconds / 3600


def test_speed_to_lead_counts_business_hours(built: Built) -> None:
    found = rows(built, "from marts.speed_to_lead")
    assert sum(row["is_contacted"] for row in found) > 30
    for row in found:
        for name, length in (("assigned", "owner"), ("first_contact", "contact")):
            at, hours = row[f"{name}_at"], row[f"handoff_to_{length}_business_hours"]
            assert (at is None) == (hours is None)
            if at is not None:
                expected = _business_hours(row["handed_over_at"], at)
                assert float(hours) == pytest.approx(expected, abs=0.006)


def test_somebody_owned_each_lead_when_the_truth_says(built: Built) -> None:
    """The first owner of any record of the person, no earlier than the handoff."""
    found = _truth(
        built,
        f"""
        with people as (
            select distinct records.human_id, resolved.person_key
            from true_records as records
            inner join intermediate.int_people_rows_checked as people
                on people.reason_code is null
                and records.system = people.system and records.record_id = people.record_id
            inner join intermediate.int_record_persons_mapped as resolved using (record_key)
        ),
        assigned as (
            select people.person_key, min(owners.assigned_at) as assigned_at
            from true_owners as owners
            inner join true_records as records using (system, record_id)
            inner join people using (human_id)
            where owners.assigned_at < timestamp '{UNTIL}'
            group by people.person_key
        )
        select
            speed.assigned_at,
            case when assigned.assigned_at is not null
                then greatest(assigned.assigned_at, speed.handed_over_at) end
        from marts.speed_to_lead as speed
        left join assigned using (person_key)
        """,
    )
    assert len(found) > 50
    assert any(at is None for at, _ in found)
    assert [row for row in found if row[0] != row[1]] == []


def test_every_waiting_lead_is_on_one_list(built: Built) -> None:
    """Those up to SQL: on one list each, unless every system has deleted the person."""
    waiting = {
        row["journey_key"]
        for row in rows(
            built,
            "from marts.fct_lifecycle as lifecycle"
            " left join marts.dim_persons as persons using (person_key)"
            " where lifecycle.is_current and lifecycle.stage in ('lead', 'mql', 'sal', 'sql')"
            " and not coalesce(persons.is_deleted, false)",
        )
    }
    listed = Counter(
        row["journey_key"]
        for row in rows(built, "from marts.worklists where stage in ('lead', 'mql', 'sal', 'sql')")
        if row["list_name"] in ("open_leads", "late_handoffs")
    )
    assert len(waiting) > 300
    assert listed == Counter(dict.fromkeys(waiting, 1))


def test_a_list_is_ordered_by_what_is_expected(built: Built) -> None:
    for aged in (True, False):
        found = rows(built, f"from marts.worklists where is_aged_out = {aged} order by rank_number")
        for name in {row["list_name"] for row in found}:
            own = [row for row in found if row["list_name"] == name]
            assert [row["rank_number"] for row in own] == list(range(1, len(own) + 1))
            expected = [row["expected_amount"] for row in own]
            known = [amount for amount in expected if amount is not None]
            assert expected[: len(known)] == sorted(known, reverse=True)


def test_a_renewal_is_worth_what_the_customer_truly_pays(built: Built) -> None:
    """Twelve months of what the subscriptions in dollars bring at the end."""
    pays = dict(
        _truth(
            built,
            f"""
            select accounts.account_key, sum(truth.monthly_amount) * 12
            from true_subscriptions as truth
            inner join true_companies as companies using (account_id)
            inner join intermediate.int_companies_rows_checked as landed
                on landed.reason_code is null
                and companies.system = landed.system
                and companies.company_id = landed.company_record_id
            inner join intermediate.int_company_accounts_mapped as accounts using (company_key)
            where companies.system = 'hubspot' and landed.deleted_at is null
            and landed.merged_into_company_key is null
            and truth.started_at < timestamp '{UNTIL}'
            and coalesce(truth.ended_at, timestamp '9999-01-01') >= timestamp '{UNTIL}'
            group by accounts.account_key
            having bool_and(truth.currency = 'USD')
            """,
        )
    )
    found = [
        row
        for row in rows(built, "from marts.worklists where list_name = 'renewals_ahead'")
        if row["account_key"] in pays
    ]
    assert found
    for row in found:
        assert row["amount"] == pytest.approx(Decimal(str(pays[row["account_key"]])), abs=1)


def test_a_lost_journey_comes_back_as_often_as_those_before(built: Built) -> None:
    """Of all journeys that ever exited, those whose person was won afterwards."""
    entries = rows(built, "from marts.fct_lifecycle order by entered_at")
    for row in entries:
        row["who"] = row["person_key"] or row["journey_key"]
    won_at = {row["who"]: row["entered_at"] for row in entries if row["stage"] == "customer"}
    for stage, name in (("disqualified", "rejected_leads"), ("lost", "lost_opportunities")):
        exits: dict[int, bool] = defaultdict(bool)
        for row in entries:
            if row["stage"] == stage:
                at = won_at.get(row["who"])
                exits[row["journey_key"]] |= bool(at and at > row["entered_at"])
        chance = sum(exits.values()) / len(exits)
        assert 0 < chance < 0.05
        found = rows(built, f"from marts.worklists where list_name = '{name}'")
        assert found
        assert {float(row["win_probability"]) for row in found} == {round(chance, 6)}


def test_every_customer_whose_contract_ends_is_to_renew(built: Built) -> None:
    """Contracts end on anniversaries of the first win, also after a renewal that came early."""
    listed = {
        row["journey_key"]: row["due_at"]
        for row in rows(built, "from marts.worklists where list_name = 'renewals_ahead'")
    }
    ends, early = {}, 0
    for journey in journeys(built):
        began = contract_start(journey) if journey.first("customer") else None
        if began and not is_exit(journey.entries[-1].stage):
            ends[journey.key] = years_later(began, 1)
            renewed = [entry.at for entry in journey.entries if entry.stage == "retained"]
            early += bool(renewed) and renewed[-1] + timedelta(372) < ends[journey.key]
    assert early > 3
    assert listed == {key: at for key, at in ends.items() if at < UNTIL + timedelta(90)}


def test_a_customer_never_ages_out(built: Built) -> None:
    late = rows(
        built,
        "from marts.worklists where list_name = 'late_handoffs' and stage = 'customer'",
    )
    assert any(row["waited_days"] > 180 for row in late)
    assert not any(row["is_aged_out"] for row in late)


def test_corrected_scores_are_those_of_the_last_touch(built: Built) -> None:
    """What the CRM shows of a score that the definition has reached since is no mistake."""
    last = {
        row["person_key"]: row["score"]
        for row in rows(
            built,
            "from intermediate.int_evaluation_touches_scored where evaluation = 'in_force'"
            " order by occurred_at nulls first, touch_key",
        )
    }
    found = rows(
        built, "from marts.crm_corrections where field in ('hubspotscore', 'Lead_Score__c')"
    )
    assert {int(row["correct_value"]) - last.get(row["person_key"], 0) for row in found} == {0}
    # The demo's HubSpot was recalibrated: it only shows too much.
    assert {row["correction_reason"] for row in found} == {"score_too_high"}


def test_nobody_whom_sales_contacted_is_called_not_contacted(built: Built) -> None:
    contacted = _truth(
        built,
        """
        select count(*) from marts.crm_corrections as corrections
        inner join true_records as records
            on corrections.system = records.system and corrections.record_id = records.record_id
        inner join true_stage_entries as entries
            on records.human_id = entries.human_id and entries.stage = 'sal'
            and not entries.is_inferred
        inner join marts.dim_persons as persons using (person_key)
        where corrections.correct_value = 'Open - Not Contacted' and persons.journey_count = 1
        """,
    )
    assert contacted == [(0,)]
    moved = "select count(*) from marts.crm_corrections where correct_value = 'Working - Contacted'"
    assert query(built.database, moved)[0][0] > 0


def test_corrected_labels_say_what_the_truth_says(built: Built) -> None:
    """Before, HubSpot calls people MQLs who never were; with the corrections, it calls none so."""
    found = _truth(
        built,
        """
        select distinct contacts.id,
            contacts.property_lifecyclestage as label,
            coalesce(corrections.correct_value, contacts.property_lifecyclestage) as corrected,
            exists (
                from true_stage_entries as entries
                where entries.human_id = records.human_id and entries.stage = 'mql'
                and entries.qualified_at is not null
            ) as is_mql
        from hubspot.contact as contacts
        inner join true_records as records
            on records.system = 'hubspot' and records.record_id = contacts.id::varchar
        left join marts.crm_corrections as corrections
            on corrections.system = 'hubspot' and corrections.record_id = contacts.id::varchar
            and corrections.field = 'lifecyclestage'
        where not contacts._fivetran_deleted
        """,
    )
    mql = "marketingqualifiedlead"
    assert sum(label == mql and not is_mql for _, label, _, is_mql in found) > 20
    assert [row for row in found if row[2] == mql and not row[3]] == []
    assert sum(corrected == "lead" and is_mql for _, _, corrected, is_mql in found) <= sum(
        label == "lead" and is_mql for _, label, _, is_mql in found
    )


def test_win_rates_count_each_opportunity_once_with_wilsons_interval(built: Built) -> None:
    [(closed, won)] = query(
        built.database,
        "select count(*), count(*) filter (where outcome = 'won') from marts.dim_opportunities"
        " where outcome != 'open' and revenue_type = 'new'",
    )
    found = rows(built, "from marts.win_rates_by_trait")
    traits = {row["trait"] for row in found}
    assert len(traits) == 8
    for trait in traits - {"role_on_opportunity"}:
        own = [row for row in found if row["trait"] == trait]
        assert sum(row["closed_count"] for row in own) == closed
        assert sum(row["won_count"] for row in own) == won
    for row in found:
        interval = binomtest(row["won_count"], row["closed_count"]).proportion_ci(method="wilson")
        assert float(row["lower_rate"]) == pytest.approx(interval.low, abs=2e-6)
        assert float(row["upper_rate"]) == pytest.approx(interval.high, abs=2e-6)
        assert row["closed_count"] >= 5 or row["trait_value"] in (
            "withheld",
            "smb",
            "mid_market",
            "enterprise",
            "unknown",
        ), row


def test_a_win_rate_differs_if_the_interval_of_the_difference_leaves_out_zero(built: Built) -> None:
    """Newcombe's, from the Wilson intervals that scipy gives for both sides, at the level that
    Bonferroni's correction asks for."""
    found = rows(built, "from marts.win_rates_by_trait where trait != 'role_on_opportunity'")
    for row in found:
        own = [each for each in found if each["trait"] == row["trait"]]
        closed = sum(each["closed_count"] for each in own) - row["closed_count"]
        won = sum(each["won_count"] for each in own) - row["won_count"]
        if row["trait_value"] in ("unknown", "not_recorded", "withheld"):
            assert row["finding"] == "unknown"
            continue
        if min(closed, row["closed_count"]) < 5:
            assert row["finding"] == "too_few"
            continue
        level = 1 - 0.05 / len(own)
        gap, low, high = _newcombe(row["won_count"], row["closed_count"], won, closed, level)
        finding = "wins_more" if low > 0 else "wins_less" if high < 0 else "no_difference"
        assert row["finding"] == finding, (gap, low, high)


def test_where_nothing_differs_chance_finds_a_trait_in_one_of_twenty_at_most(
    built: Built,
) -> None:
    """The outcomes of the demo's opportunities, dealt out at random sixty times; and once so that
    one industry wins whatever it begins."""
    [path] = built.target.glob("compiled/*/models/marts/conversion/win_rates_by_trait.sql")
    [industry] = query(
        built.database,
        "select trait_value from marts.win_rates_by_trait"
        " where trait = 'industry' and trait_value not in ('unknown', 'withheld')"
        " order by closed_count desc limit 1",
    )
    sql = path.read_text()
    traits, false_traits = 0, 0
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.database}' as revenue_funnel (read_only)")
        for name in set(re.findall(r'"revenue_funnel"\."\w+"\."\w+"', sql)):
            table = name.split(".")[-1].strip('"')
            connection.execute(f"create table {table} as from {name}")
            sql = sql.replace(name, table)
        closed = "outcome != 'open' and revenue_type = 'new'"
        connection.execute(
            "create table closed as"
            f" select opportunity_key, outcome from dim_opportunities where {closed}"
        )
        find = f"select trait, max(cast(finding like 'wins%' as integer)) from ({sql})"
        for seed in range(60):
            connection.execute(
                "update dim_opportunities as changed set outcome = dealt.outcome from ("
                " select keys.opportunity_key, outcomes.outcome from"
                " (select opportunity_key, row_number() over (order by opportunity_key) as place"
                "  from closed) as keys inner join"
                " (select outcome, row_number() over"
                f"  (order by hash(opportunity_key + {seed}), opportunity_key) as place"
                "  from closed) as outcomes using (place)"
                ") as dealt where changed.opportunity_key = dealt.opportunity_key"
            )
            found = connection.execute(f"{find} group by trait").fetchall()
            traits += len(found)
            false_traits += sum(has_finding for _, has_finding in found)
        connection.execute(
            f"update dim_opportunities set outcome = 'won' where {closed} and account_key in"
            " (select account_key from dim_accounts where industry = ?)",
            industry,
        )
        truth = connection.execute(
            f"select finding from ({sql}) where trait_value = ?", industry
        ).fetchall()
    assert traits > 400
    assert false_traits / traits <= 0.05
    assert truth == [("wins_more",)]


def _newcombe(
    won: int, closed: int, other_won: int, other_closed: int, level: float
) -> tuple[float, ...]:
    """The difference of two rates, and its interval."""
    one = binomtest(won, closed).proportion_ci(level, method="wilson")
    other = binomtest(other_won, other_closed).proportion_ci(level, method="wilson")
    rate, other_rate = won / closed, other_won / other_closed
    gap = rate - other_rate
    return (
        gap,
        gap - hypot(rate - one.low, other.high - other_rate),
        gap + hypot(one.high - rate, other_rate - other.low),
    )


def test_the_interval_of_a_difference_is_that_of_newcombes_paper() -> None:
    """56 of 70 against 48 of 80, and 9 of 10 against 3 of 10 (1998)."""
    assert _newcombe(56, 70, 48, 80, 0.95)[1:] == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert _newcombe(9, 10, 3, 10, 0.95)[1:] == pytest.approx((0.1705, 0.8090), abs=5e-5)


def test_no_name_of_a_person_stands_where_an_account_is_published(built: Built) -> None:
    """Names of accounts are names of companies that the demo has."""
    names = {
        name
        for (name,) in query(
            built.database,
            "select property_name from hubspot.company union select name from salesforce.account",
        )
    }
    found = {
        row["account_name"] for row in rows(built, "from marts.dim_accounts") if row["account_name"]
    }
    assert len(found) > 100
    assert found <= names


def test_what_is_left_of_a_first_sale_is_expected_by_what_became_of_such(built: Built) -> None:
    """Begun before its account bought by another opportunity: not by the chance of an expansion."""
    first = dict(
        query(
            built.database,
            "select account_key, min(entered_at) from marts.fct_lifecycle"
            " where stage = 'customer' and account_key is not null group by all",
        )
    )
    rows = query(
        built.database,
        "select opportunity_key, account_key, outcome, created_at from marts.dim_opportunities"
        " where revenue_type = 'expansion' and account_key is not null",
    )
    left = {
        key: outcome
        for key, account, outcome, created in rows
        if first.get(account) and created and created < first[account]
    }
    closed = [outcome for outcome in left.values() if outcome != "open"]
    chance = closed.count("won") / len(closed) if len(closed) >= 5 else None
    shown = query(
        built.database,
        "select opportunity_key, win_probability from marts.worklists"
        " where list_name = 'trapped_opportunities'",
    )
    found = [probability for key, probability in shown if key in left]
    assert found
    assert all(
        (value is None) == (chance is None) and (chance is None or float(value) == round(chance, 3))
        for value in found
    )
