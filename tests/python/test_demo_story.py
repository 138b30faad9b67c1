"""The demo company's story is one: its systems and the truth tell the same of every human."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnel.demo.clock import seconds
from funnel.demo.definition import is_served, points_of, score_at
from funnel.demo.landing import Lander
from funnel.demo.settings import COUNTRIES, STAGES
from funnel.demo.touches import CALL, CLICK, EVENT, FORM
from tests.python.demo_company import END, MIDDLE, Make, rows


def stages_never_rise(folder: Path) -> None:
    """No stage up to the win holds more journeys than the one before it."""
    counts = "select stage, count(*) from @truth.stage_entries group by 1"
    counted = {stage: int(str(count)) for stage, count in rows(folder, counts)}
    ladder = [counted.get(stage, 0) for stage in STAGES[: STAGES.index("customer") + 1]]
    assert ladder == sorted(ladder, reverse=True)


def won_amounts_agree(folder: Path) -> None:
    """What both CRMs show as won is what the truth says; what both have counts in Salesforce."""
    landed = rows(
        folder,
        """
        with won as (
            select distinct deal_id::varchar as id, property_deal_currency_code as code,
                property_amount as amount
            from @hubspot.deal as deals
            anti join @salesforce.opportunity as opportunities
                on deals.property_hs_salesforceopportunityid = opportunities.id
            where deal_pipeline_stage_id = 'closedwon' and not is_deleted
            union all
            select distinct id, currency_iso_code, amount
            from @salesforce.opportunity where is_won and not is_deleted
        )
        select code, sum(amount) from won where code <> 'XXX' group by code order by code
        """,
    )
    truth = rows(
        folder,
        """
        select currency, sum(amount) from @truth.deals
        where outcome = 'won' and not is_deleted group by currency order by currency
        """,
    )
    assert landed == truth


def keys_are_sound(folder: Path) -> None:
    """Truth has one row for each key, and everybody it names exists."""
    for table, key in (
        ("humans", "human_id"),
        ("records", "system, record_id"),
        ("journeys", "journey_id"),
        ("stage_entries", "journey_id, stage"),
        ("deals", "system, deal_id"),
    ):
        assert not rows(
            folder, f"select {key} from @truth.{table} group by all having count(*) > 1"
        )
    orphans = "select 1 from @truth.stage_entries anti join @truth.journeys using (journey_id)"
    assert not rows(folder, orphans)
    unknown = "from @truth.deals where journey_id is null and not is_deleted"
    assert not rows(folder, unknown)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**31), day=st.integers(60, 911))
def test_any_seed_holds_together(make: Make, seed: int, day: int) -> None:
    until = datetime.fromordinal(datetime(2024, 1, 1).toordinal() + day)
    folder = make(seed=seed, until=until)
    stages_never_rise(folder)
    won_amounts_agree(folder)
    keys_are_sound(folder)


def test_the_default_company_holds_together(make: Make) -> None:
    for until in (MIDDLE, END):
        stages_never_rise(make(until=until))
        won_amounts_agree(make(until=until))
        keys_are_sound(make(until=until))


BOUNDARY = np.array([seconds("2025-07-01") - 1, seconds("2025-07-01")])


def test_points_and_scores_are_those_of_the_day() -> None:
    assert score_at(BOUNDARY).tolist() == [50, 45]
    for kind, points in ((FORM, [30, 30]), (EVENT, [25, 30]), (CLICK, [5, 5]), (CALL, [0, 0])):
        assert points_of(np.full(2, kind), BOUNDARY).tolist() == points


@pytest.mark.parametrize(
    ("employees", "country", "served"),
    [
        (19, "US", [False, False]),
        (20, "US", [True, False]),
        (30, "JP", [True, True]),
        (30, "PL", [False, True]),
        (30, "BR", [False, False]),
        (-1, None, [True, True]),
    ],
)
def test_whom_we_serve_is_as_agreed_on_the_day(
    employees: int, country: str | None, served: list[bool]
) -> None:
    where = np.full(2, COUNTRIES.index(country) if country else -1)
    assert is_served(np.full(2, employees), where, BOUNDARY).tolist() == served


def test_a_row_that_salesforce_drops_was_there_before() -> None:
    came, dropped = np.array([seconds("2025-01-01")]), np.array([seconds("2025-03-01")])
    landed = []
    for until in ("2025-01-01", "2025-02-01", "2025-03-01", "2025-03-02"):
        lander = Lander(7, 0, seconds(until))
        lander.land("salesforce.campaign_member", came, {"created_date": came}, vanished=dropped)
        landed.append(lander.tables["salesforce.campaign_member"][0].num_rows)
    assert landed == [0, 1, 1, 0]


def test_a_deletion_is_known_from_when_the_connector_saw_it() -> None:
    """The tombstone bears that time, and no other: not even that of a row which comes late."""
    came = np.full(500, seconds("2025-01-01"))
    gone = came + np.arange(500) * 3600
    for until in ("2025-01-02", "2025-01-10", "2025-02-01"):
        lander = Lander(7, 0, seconds(until))
        values = {"is_deleted": lander.by_now(gone)}
        lander.land("salesforce.task", came, values, deleted=gone)
        landed = lander.tables["salesforce.task"][0]
        synced = landed["_fivetran_synced"].to_numpy().astype("datetime64[s]").astype(np.int64)
        deleted = landed["is_deleted"].to_numpy()
        assert deleted.any()
        assert (synced[deleted] == gone[deleted]).all()


def test_what_a_merged_contact_did_stays_under_its_old_id(make: Make) -> None:
    merged = rows(
        make(),
        """
        select audit.canonical_vid, forms.timestamp < audit.timestamp
        from @hubspot.contact_merge_audit as audit
        inner join @hubspot.contact_form_submission as forms
            on audit.vid_to_merge = forms.contact_id
        """,
    )
    assert len(merged) > 5
    assert all(is_earlier for _, is_earlier in merged)


def test_a_converted_lead_and_its_contact_are_one_human(make: Make) -> None:
    humans = rows(
        make(),
        """
        select lead.human_id = contact.human_id
        from @salesforce.lead as converted
        inner join @truth.records as lead on converted.id = lead.record_id
        inner join @truth.records as contact on converted.converted_contact_id = contact.record_id
        """,
    )
    assert len(humans) > 5
    assert all(is_one for (is_one,) in humans)


SIZES = """
    select truth.account_id, history.timestamp, history.value::int as employees
    from @hubspot.company_property_history as history
    inner join @truth.companies as truth on history.company_id::varchar = truth.company_id
    where history.name = 'numberofemployees'
"""


def test_some_companies_change_their_size(make: Make) -> None:
    changed = f"""
        select arg_min(employees, timestamp), arg_max(employees, timestamp)
        from ({SIZES}) group by account_id having count(*) > 1
    """
    sizes = rows(make(), changed)
    assert len(sizes) > 2
    assert all(first != last and int(str(last)) >= 2 for first, last in sizes)


def test_a_salesforce_account_shows_the_size_of_the_moment(make: Make) -> None:
    wrong = f"""
        select accounts.id
        from @salesforce.account as accounts
        inner join @truth.companies as truth on accounts.id = truth.company_id
        inner join ({SIZES}) as sizes using (account_id)
        group by accounts.id, accounts.number_of_employees
        having accounts.number_of_employees <> arg_max(employees, timestamp)
    """
    for until in (MIDDLE, END):
        assert rows(make(until=until), wrong) == []


def test_a_lead_keeps_the_size_that_was_entered(make: Make) -> None:
    """The last size known then; a lead may be older than the company, so else the first one."""
    wrong = f"""
        with leads as (
            select leads.id, leads.number_of_employees, sizes.timestamp, sizes.employees,
                sizes.timestamp <= leads.created_date as is_known
            from @salesforce.lead as leads
            inner join @truth.records as records on leads.id = records.record_id
            inner join @truth.humans as humans using (human_id)
            inner join ({SIZES}) as sizes using (account_id)
        )
        select id from leads group by id, number_of_employees
        having number_of_employees <> coalesce(
            arg_max(employees, timestamp) filter (is_known), arg_min(employees, timestamp)
        )
    """
    assert rows(make(), wrong) == []
