"""The demo company: the same for everybody, true to its tables, and blind to the future."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo import generate as generator
from demo.clock import seconds
from demo.definition import is_served, points_of, score_at
from demo.generate import generate
from demo.landing import Lander
from demo.load import load
from demo.schema import columns, tables
from demo.settings import COUNTRIES, STAGES
from demo.touches import CALL, CLICK, EVENT, FORM

PEOPLE = 600
END = datetime(2026, 7, 1)
MIDDLE = datetime(2025, 3, 14, 15, 30)
SHARED = Path(__file__).parents[3] / "shared"

EVENT_TIME = {
    "hubspot.contact_form_submission": "timestamp",
    "hubspot.contact_property_history": "timestamp",
    "hubspot.contact_merge_audit": "timestamp",
    "hubspot.company_property_history": "timestamp",
    "hubspot.deal_property_history": "timestamp",
    "hubspot.email_event": "created",
    "salesforce.lead_history": "created_date",
    "salesforce.opportunity_contact_role": "created_date",
    "salesforce.opportunity_field_history": "created_date",
    "stripe.invoice_line_item": "period_start",
    "stripe.refund": "created",
    "zendesk.ticket_field_history": "updated",
    "google_ads.campaign_stats": "date",
    "linkedin_ads.ad_analytics_by_campaign": "day",
    "facebook_ads.basic_ad": "date",
}
"""Tables whose rows never change; campaign members are missing since Salesforce drops rows."""

MUTABLE_KEY = {
    "hubspot.contact": ("id", "property_createdate"),
    "hubspot.deal": ("deal_id", "property_createdate"),
    "salesforce.lead": ("id", "created_date"),
    "salesforce.opportunity": ("id", "created_date"),
    "salesforce.task": ("id", "created_date"),
    "salesforce.event": ("id", "created_date"),
    "stripe.subscription": ("id", "created"),
    "zendesk.ticket": ("id", "created_at"),
}

EXTRA_COLUMNS = {
    "hubspot.contact": {"property_phone", "property_country", "property_seniority"},
    "hubspot.company": {"property_domain", "property_numberofemployees"},
    "salesforce.opportunity": {"currency_iso_code"},
    "salesforce.contact": {"created_date"},
    "salesforce.account": {"created_date"},
    "stripe.subscription_history": {"_fivetran_start", "_fivetran_end"},
}
"""Columns that no package file names: properties a company passes through, standard fields."""

UNNAMED_COLUMNS = (
    "salesforce.lead_history",
    "salesforce.lead_status",
    "salesforce.opportunity_stage",
    "stripe.plan",
)
HUBSPOT_PASSED_THROUGH = {
    "property_lifecyclestage",
    "property_hs_lead_status",
    "property_hubspotscore",
    "property_hs_analytics_source",
    "property_hubspot_owner_id",
    "property_associatedcompanyid",
    "property_dealtype",
    "property_deal_currency_code",
}

Make = Callable[..., Path]


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Run a query in which `@system.table` stands for a landed table."""
    sql = re.sub(r"@(\w+)\.(\w+)", rf"'{folder}/\1/\2.parquet'", query)
    return duckdb.sql(sql).fetchall()


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Generate a company once for each set of arguments."""
    root, made = tmp_path_factory.mktemp("demo"), dict[tuple[int, datetime], Path]()

    def company(seed: int = 7, until: datetime = END) -> Path:
        if (seed, until) not in made:
            folder = root / f"{seed}-{until:%Y%m%d%H%M}"
            generate(PEOPLE, seed, until, folder, workers=1)
            made[seed, until] = folder
        return made[seed, until]

    return company


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file's content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_same_seed_gives_the_same_bytes(make: Make, tmp_path: Path) -> None:
    generate(PEOPLE, 7, END, tmp_path / "again", workers=1)
    assert bytes_of(tmp_path / "again") == bytes_of(make())


def test_another_seed_gives_another_company(make: Make) -> None:
    assert bytes_of(make(seed=8)) != bytes_of(make())


def test_the_number_of_workers_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "CHUNK_PEOPLE", 200)
    for workers in (1, 2):
        generate(PEOPLE, 7, END, tmp_path / str(workers), workers=workers)
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2")


def test_a_finished_generation_is_not_written_again(tmp_path: Path) -> None:
    assert generate(50, 1, END, tmp_path / "demo").is_new
    assert not generate(50, 1, END, tmp_path / "demo").is_new
    assert generate(50, 2, END, tmp_path / "demo").is_new


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        generate(50, 1, END, tmp_path)
    assert (tmp_path / "note.txt").read_text() == "mine"


@pytest.mark.parametrize("until", [datetime(2024, 1, 1), datetime(2026, 7, 1, 0, 0, 1)])
def test_a_moment_outside_the_history_is_refused(tmp_path: Path, until: datetime) -> None:
    with pytest.raises(ValueError, match="until"):
        generate(50, 1, until, tmp_path / "demo")


@pytest.mark.parametrize("table", EVENT_TIME)
def test_events_land_when_their_time_has_come(make: Make, table: str) -> None:
    at = EVENT_TIME[table]
    usual = f"\"{at}\" between timestamp '2023-01-01' and timestamp '2027-01-01'"
    then = rows(make(until=MIDDLE), f"from @{table} where {usual} order by all")
    full = rows(
        make(), f"from @{table} where \"{at}\" < timestamp '{MIDDLE}' and {usual} order by all"
    )
    assert then == full


@pytest.mark.parametrize("table", MUTABLE_KEY)
def test_records_land_when_they_are_created(make: Make, table: str) -> None:
    key, created = MUTABLE_KEY[table]
    select = f"select {key}, {created} from @{table}"
    then = rows(make(until=MIDDLE), f"{select} order by all")
    full = rows(make(), f"{select} where {created} < timestamp '{MIDDLE}' order by all")
    assert then == full


STATE_AND_HISTORY = {
    "opportunity": (
        "select distinct id, stage_name from @salesforce.opportunity"
        " where currency_iso_code <> 'XXX'",
        "select opportunity_id, arg_max(new_value, created_date)"
        " from @salesforce.opportunity_field_history",
        "field = 'StageName'",
        "created_date",
    ),
    "lead": (
        "select distinct id, status from @salesforce.lead where status not like 'Open%'",
        "select lead_id, arg_max(new_value, created_date) from @salesforce.lead_history",
        "new_value <> 'Foo'",
        "created_date",
    ),
    "contact": (
        "select distinct id, property_lifecyclestage from @hubspot.contact where id < 900000000",
        "select contact_id, arg_max(value, timestamp) from @hubspot.contact_property_history",
        "name = 'lifecyclestage' and value <> 'mqls_v2'",
        "timestamp",
    ),
    "company": (
        "select id, property_numberofemployees::varchar from @hubspot.company"
        " where property_numberofemployees is not null",
        "select company_id, arg_max(value, timestamp) from @hubspot.company_property_history",
        "name = 'numberofemployees'",
        "timestamp",
    ),
    "deal": (
        "select distinct deal_id, deal_pipeline_stage_id from @hubspot.deal"
        " where property_deal_currency_code <> 'XXX'",
        "select deal_id, arg_max(value, timestamp) from @hubspot.deal_property_history",
        "name = 'dealstage'",
        "timestamp",
    ),
    "subscription": (
        "select id, status || quantity from @stripe.subscription",
        "select id, arg_max(status || quantity, _fivetran_start) from @stripe.subscription_history",
        "true",
        "_fivetran_start",
    ),
    "ticket": (
        "select id, status from @zendesk.ticket where id is not null",
        "select ticket_id, arg_max(value, updated) from @zendesk.ticket_field_history",
        "field_name = 'status'",
        "updated",
    ),
}


@pytest.mark.parametrize("record", STATE_AND_HISTORY)
def test_a_record_shows_the_state_of_the_moment(make: Make, record: str) -> None:
    state, history, condition, at = STATE_AND_HISTORY[record]
    before = f"where {condition} and {at} < timestamp '{MIDDLE}' group by 1"
    now = {row for row in rows(make(until=MIDDLE), state) if row[0] is not None}
    known = set(rows(make(), f"{history} {before}"))
    if record == "lead":
        known = {row for row in known if not str(row[1]).startswith("Open")}
    assert now == known


@pytest.mark.parametrize("table", [name for name in tables() if "at" in columns(name).values()])
def test_nothing_that_is_yet_to_come_is_known(make: Make, table: str) -> None:
    for column in (name for name, kind in columns(table).items() if kind == "at"):
        late = f"select 1 from @{table} where {column} >= timestamp '{MIDDLE}'"
        assert not rows(make(until=MIDDLE), late)


def named_by_the_packages(table: str) -> set[str]:
    """Columns that the connectors' own files name for a table."""
    system, name = table.split(".")
    text = (SHARED / "CONNECTORS.md").read_text()
    section = re.search(rf"^### {table}\b.*?(?=^##)", text, re.M | re.S)
    loose = re.search(rf"^- \*\*{name}\*\*: `(.*?)`", text, re.M)
    found = set(re.findall(r"`(\w+)`", section.group())) if section else set()
    found |= set(re.findall(r"\w+", loose.group(1))) if loose else set()
    for path in (SHARED / "data" / "connectors" / system).glob(f"*{name}_data.csv"):
        if re.fullmatch(rf"(sf_|facebook_ads_|linkedin_)?{name}_data", path.stem):
            found |= set(path.read_text().splitlines()[0].strip().split(","))
    return found


@pytest.mark.skipif(not SHARED.exists(), reason="the connectors' sample files are not here")
@pytest.mark.parametrize("table", [name for name in tables() if not name.startswith("truth.")])
def test_columns_are_those_of_the_connectors(table: str) -> None:
    known = named_by_the_packages(table) | EXTRA_COLUMNS.get(table, set())
    if table in UNNAMED_COLUMNS:
        pytest.skip("no package file names the columns of this standard object")
    if table.startswith("hubspot."):
        known |= HUBSPOT_PASSED_THROUGH
    assert set(columns(table)) - known - {"_fivetran_synced", "_fivetran_deleted"} == set()


def stages_never_rise(folder: Path) -> None:
    """No stage holds more journeys than the one before it."""
    counts = "select stage, count(*) from @truth.stage_entries group by 1"
    counted = {stage: int(str(count)) for stage, count in rows(folder, counts)}
    ladder = [counted.get(stage, 0) for stage in STAGES]
    assert ladder == sorted(ladder, reverse=True)


def won_amounts_agree(folder: Path) -> None:
    """What both CRMs show as won is what the truth says."""
    landed = rows(
        folder,
        """
        with won as (
            select distinct deal_id::varchar as id, property_deal_currency_code as code,
                property_amount as amount
            from @hubspot.deal where deal_pipeline_stage_id = 'closedwon' and not is_deleted
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


UNUSABLE = {
    "null keys": "from @hubspot.contact where id is null",
    "far future": "from @hubspot.contact_form_submission where timestamp > timestamp '2090-01-01'",
    "long ago": "from @hubspot.contact_form_submission where timestamp < timestamp '1971-01-01'",
    "orphan call": "from @salesforce.task where who_id = '00Q999999999999999'",
    "strange money": "from @hubspot.deal where property_deal_currency_code = 'XXX'",
    "strange label": "from @hubspot.contact_property_history where value = 'mqls_v2'",
    "strange status": "from @salesforce.lead_history where new_value = 'Foo'",
    "orphan deal contact": "from @hubspot.deal_contact where contact_id = 999999999",
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_every_kind_of_unusable_row_is_there(make: Make, kind: str) -> None:
    assert rows(make(), UNUSABLE[kind])


def test_loading_is_done_once(make: Make, tmp_path: Path) -> None:
    database = tmp_path / "warehouse" / "demo.duckdb"
    landed = [name for name in tables() if not name.startswith("truth.")]
    assert load(make(), database) == len(landed)
    assert load(make(), database) == 0
    with duckdb.connect(str(database)) as connection:
        found = connection.execute("select count(*) from salesforce.lead").fetchone()
    assert found is not None
    assert found[0] > 0


def test_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="python -m demo"):
        load(tmp_path / "nowhere", tmp_path / "demo.duckdb")
