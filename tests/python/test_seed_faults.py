"""What people write into a seed is checked cell by cell before dbt starts."""

import shutil
from pathlib import Path

import duckdb
import pytest

from funnel import preflight
from funnel.places import ROOT
from funnel.preflight import faults_before
from funnel.seeds.demo import demo_seeds_in_force, fingerprint
from funnel.seeds.describe import describe_seeds
from funnel.seeds.faults import seed_faults

# Texts for people, and names of one's own: nothing can be said against them but that they are
# empty. What kpi_list names is checked by every_kpi_is_made_of_measures_that_exist.
FREE_TEXTS = {"meaning", "next_step", "summary", "agreed_by", "formula", "holiday_name"}
FREE = {
    "alert_decisions.subject",
    "alert_decisions.system",
    "drift_monitors.family",
    "kpi_list.case_measure",
    "kpi_list.denominator",
    "kpi_list.formula_source",
    "kpi_list.target",
    "lead_definition_versions.fingerprint",
    "source_systems.company_path",
    "source_systems.opportunity_path",
    "source_systems.person_path",
}

FAULTS = (
    (
        "exchange_rates",
        "EUR,2025-01-01,1.04",
        'EUR,2025-01-01,"1,04"',
        "line 4, column rate: “1,04” is not a number such as 1.04.",
    ),
    (
        "lifecycle_stages",
        "mql,MQL,3,marketing,person,,definition,7,false",
        "mql,MQL,3,marketing,person,,definition,7.5,false",
        "line 4, column time_limit_days: “7.5” is not a whole number.",
    ),
    (
        "holidays",
        "2026-12-25",
        "25.12.2026",
        "line 4, column holiday_date: “25.12.2026” is not a date such as 2026-07-01.",
    ),
    (
        "kpi_list",
        "leads,Leads,1,count",
        "leads,Leads,1,number",
        "line 2, column unit: “number” is not one of count, amount, ratio, days.",
    ),
    (
        "evidence_kinds",
        "ad_clicked,awareness",
        "ad_clicked,awarenes",
        "line 2, column stage: “awarenes” is not in the column stage of seeds/lifecycle_stages.csv"
        " (did you mean awareness?): ",
    ),
    (
        "owner_capacity",
        "smb,lead,marketing_smb,150",
        "smb,lead,marketing_smb,-150",
        "line 2, column weekly_count: “-150” is not allowed: it must be 0 or more.",
    ),
    (
        "account_match_methods",
        "company_id,1,0.99",
        "company_id,1,1.99",
        "line 2, column confidence_rate: “1.99” is not allowed: it must be between 0 and 1.",
    ),
    (
        "targets",
        "38800.00,0.95,0.05,0,",
        "38800.00,0.8,0.2,0.3,",
        "line 2: new_share is 0.8, expansion_share is 0.2, renewal_share is 0.3: the shares of",
    ),
    (
        "targets",
        "smb,2024-08-01,40000.00",
        "smb,2024-08-02,40000.00",
        "line 3: target_month is 2024-08-02: a target is of a whole month.",
    ),
    (
        "targets",
        "smb,2024-09-01,41200.00",
        "smb,2024-09-01,-41200.00",
        "line 4, column target_amount: “-41200.00” is not allowed: it must be 0 or more.",
    ),
    (
        "targets",
        "smb,2024-10-01,46600.00",
        "small,2024-10-01,46600.00",
        "line 5, column funnel: “small” is not in the column funnel of seeds/funnels.csv",
    ),
    (
        "targets",
        "smb,2024-12-01,49400.00",
        "smb,2024-11-01,49400.00",
        "columns funnel, target_month: “smb, 2024-11-01” stands in line 6 already.",
    ),
    (
        "kpi_targets",
        "spend,all,,,,quarter,2024-07-01,24000",
        "spend,smb,,,,quarter,2024-07-01,24000",
        "line 53: metric is spend, funnel is smb: ads are bought for the whole company",
    ),
    (
        "kpi_targets",
        "spend,all,,,,quarter,2024-10-01,26000",
        "spend,all,,,,week,2024-10-01,26000",
        "line 54, column period_kind: “week” is not one of month, quarter, year.",
    ),
    (
        "kpi_targets",
        "nrr,all,,,,quarter,2025-01-01,1.0,",
        "nrr,all,,,,quarter,2025-01-01,100,",
        "line 161: metric is nrr, target is 100: ten times what customers paid a year ago",
    ),
    (
        "kpi_targets",
        "bookings_new,all,,salesforce,005000000000003AAA,quarter,2025-07-01,40000",
        "bookings_new,all,,,005000000000003AAA,quarter,2025-07-01,40000",
        "line 197: system is empty, owner is 005000000000003AAA: an owner is a user of a system",
    ),
    (
        "kpi_targets",
        "bookings_new,all,,salesforce,005000000000003AAA,quarter,2025-10-01,40000",
        "bookings_new,all,field,salesforce,005000000000003AAA,quarter,2025-10-01,40000",
        "line 198: team is field, owner is 005000000000003AAA: a target is of a team or of one",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2024-07-01,230",
        "lead,smb,,,,quarter,2024-07-01,230",
        "line 2, column metric: “lead” is not in the column metric of seeds/kpi_list.csv"
        " (did you mean leads?)",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2024-10-01,245",
        "leads,small,,,,quarter,2024-10-01,245",
        "line 3, column funnel: “small” is not in the column funnel of seeds/funnels.csv",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2025-01-01,260",
        "leads,smb,,,,quarter,2025-01-02,260",
        "line 4: period_start is 2025-01-02: a target is of whole months.",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2025-04-01,275",
        "leads,smb,,,,quarter,2025-04-01,-275",
        "line 5, column target: “-275” is not allowed: it must be 0 or more.",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2025-07-01,290",
        "win_rate,smb,,,,quarter,2025-07-01,23",
        "line 6: metric is win_rate, target is 23: a share is at most 1.",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2025-10-01,315",
        "bookings_new,smb,,,,quarter,2025-10-01,315",
        "line 7: metric is bookings_new, funnel is smb: the plan reads what a funnel is to book",
    ),
    (
        "kpi_targets",
        "leads,smb,,,,quarter,2026-01-01,340",
        "leads,smb,,hubspot,70001,quarter,2026-01-01,340",
        "line 8: metric is leads, team is empty, owner is 70001: only opportunities belong to",
    ),
    (
        "kpi_targets",
        "leads,mid_market,,,,quarter,2024-07-01,135",
        "leads,smb,,,,quarter,2026-04-01,135",
        "“leads, smb, (empty), (empty), (empty), quarter, 2026-04-01” stands in line 9 already.",
    ),
    (
        "teams",
        "marketing,Marketing",
        "marketing,",
        "line 2, column team_name: the cell is empty, and must have a value.",
    ),
    (
        "stage_labels",
        "lead,mql\n",
        "lead,mql\nhubspot,stage_claims,lead,sql\n",
        "columns system, entity, label: “hubspot, stage_claims, lead” stands in line 3 already.",
    ),
    (
        "planning_scenarios",
        "better_qualification,,rate,prospect,,1.10",
        "better_qualification,,rate,prospect,0.5,1.10",
        "line 2: new_value is 0.5, factor is 1.10: a lever has a new value or a factor,",
    ),
    (
        "lead_definition_rules",
        "1,lead,not_internal,is_internal,is,false,passes",
        "1,lead,not_internal,is_internal,is,false,maybe",
        "line 3, column if_unknown: “maybe” is not one of passes, fails.",
    ),
    (
        "channel_labels",
        "hubspot,paid_search,paid_search",
        "hubspot,Paid_Search,paid_search",
        "line 3: label is Paid_Search: it is compared in small letters,",
    ),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The seeds of the project, which a test may spoil."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    return tmp_path


def _replace(project: Path, seed: str, old: str, new: str) -> None:
    path = project / "seeds" / f"{seed}.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_seeds_have_no_fault(project: Path) -> None:
    assert list(seed_faults(project)) == []


@pytest.mark.parametrize(("seed", "old", "new", "says"), FAULTS, ids=lambda value: str(value)[:30])
def test_a_fault_names_file_line_column_value_and_what_is_allowed(
    project: Path, seed: str, old: str, new: str, says: str
) -> None:
    _replace(project, seed, old, new)
    ((sentence, remedy),) = seed_faults(project)
    assert sentence.startswith(f"seeds/{seed}.csv, line ")
    assert says in sentence
    assert remedy


def test_all_faults_are_listed_at_once(project: Path) -> None:
    for seed, old, new, _ in FAULTS:
        _replace(project, seed, old, new)
    found = [sentence for sentence, _ in seed_faults(project)]
    for _, _, _, says in FAULTS:
        assert [sentence for sentence in found if says in sentence]
    assert len(found) == len(FAULTS)


def test_every_column_of_a_seed_has_a_type_or_a_test_unless_it_is_free_text() -> None:
    for seed in describe_seeds(ROOT / "seeds").values():
        tested = {column for check in seed.checks for column in check.columns}
        typed = {name for name, of in seed.types.items() if of != "varchar"}
        for column in seed.columns - tested - typed - FREE_TEXTS:
            assert f"{seed.name}.{column}" in FREE


def test_the_demo_knows_its_own_seeds() -> None:
    """Who changes a seed of the demo company writes its new fingerprint into the yml."""
    known = {seed.name: seed.demo_fingerprint for seed in describe_seeds(ROOT / "seeds").values()}
    for name, written in known.items():
        if written:
            assert fingerprint(ROOT / "seeds" / f"{name}.csv") == written, name
    assert set(demo_seeds_in_force(ROOT, ROOT, [])) == {name for name in known if known[name]}


def test_a_project_with_own_data_is_warned_of_seeds_of_the_demo(
    project: Path, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "dbt_project.yml", project)
    (project / "models").symlink_to(ROOT / "models")
    database = tmp_path / "revenue_funnel.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema hubspot; create table hubspot.contact as select 1 as id")
    (warning,) = faults_before(project, database, {})
    assert warning.is_warning
    assert warning.sentence.startswith("Your data is built with seeds of the demo company: ")
    assert " targets" in warning.sentence
    header = (project / "seeds" / "targets.csv").read_text().splitlines()[0]
    (project / "seeds" / "targets.csv").write_text(header + "\n")
    (warning,) = faults_before(project, database, {})
    assert " targets" not in warning.sentence
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema demo; create table demo.generation as select 1 as people")
    assert list(faults_before(project, database, {})) == []


def test_a_preflight_of_a_build_on_a_copy_locks_no_reader_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process reads the warehouse, who would write to it must not open it."""
    monkeypatch.setattr(preflight, "SECONDS_FOR_OTHERS", 1)
    database = tmp_path / "revenue_funnel.duckdb"
    duckdb.connect(str(database)).close()
    with duckdb.connect(str(database), read_only=True):
        opened: list[bool] = []
        connect = duckdb.connect

        def watched(path: str = ":memory:", read_only: bool = False, **others: object) -> object:
            if path == str(database):
                opened.append(read_only)
            return connect(path, read_only=read_only, **others)  # type: ignore[arg-type]

        monkeypatch.setattr(duckdb, "connect", watched)
        assert list(faults_before(ROOT, database, {}, only_reads=True)) == []
    assert opened
    assert all(opened)
