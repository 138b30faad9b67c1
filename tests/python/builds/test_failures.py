"""Typical mistakes of newcomers: each is really made, and what a person reads says what is wrong,
where, and what to do."""

import io
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from funnel import preflight
from funnel.build import run_steps
from funnel.failures import Fault, fault_of_exception
from funnel.faults_shown import show_faults
from funnel.places import ROOT
from tests.python.conftest import Built

DEFINITION = (
    "lifecycle_stages evidence_kinds int_definition_faults_listed int_evaluation_versions_dated "
)
DEFINITION += "int_rule_faults_listed lead_definition_rules lead_definition_scores teams "
DEFINITION += "lead_definition_versions lead_definition_agreements"
FACT = "models/marts/core/fct_lifecycle.sql"
RAW_DBT = "configured to fail"


@dataclass(frozen=True)
class Mistake:
    """What is changed (file, old, new), done to the data or said on the command line; what is
    built; and what a person must read, in this order."""

    name: str
    says: tuple[str, ...]
    edits: tuple[tuple[str, str, str], ...] = ()
    sql: tuple[str, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    select: str = "teams"
    code: int = 1


MISTAKES = (
    Mistake(
        "a label means a stage that does not exist",
        (
            "seeds/stage_labels.csv, line 4, column stage: “mqll” is not in the column stage of",
            "seeds/lifecycle_stages.csv (did you mean mql?): ",
            "What to do: Correct the cell, or add the value to seeds/lifecycle_stages.csv.",
        ),
        ((("seeds/stage_labels.csv", "lead,mql\n", "lead,mqll\n")),),
        code=2,
    ),
    Mistake(
        "an attribute of a rule is misspelled",
        (
            "The lead definition has faults:",
            "- seeds/lead_definition_rules.csv, version 3, stage lead, rule not_test: the",
            "attribute is_tst does not exist. Allowed: ",
            "Skipped:",
        ),
        (("seeds/lead_definition_rules.csv", "3,lead,not_test,is_test", "3,lead,not_test,is_tst"),),
        select=DEFINITION,
    ),
    Mistake(
        "a kind of an outcome is misspelled, which only counts for systems in use",
        (
            "seeds.activity_outcomes.kind has values that seeds.evidence_kinds.kind does not",
            "See seeds/activity_outcomes.csv, line 2.",
            "sales_cal",
            "What to do: Correct the value in seeds/activity_outcomes.csv, or add it to",
        ),
        (("seeds/activity_outcomes.csv", "hubspot,sales_call,", "hubspot,sales_cal,"),),
        select="activity_outcomes evidence_kinds",
    ),
    Mistake(
        "a team has not agreed to the version in force",
        ("seeds/lead_definition_agreements.csv, version 2: it is in force, and sales has not",),
        (("seeds/lead_definition_agreements.csv", "2,sales,Head of Sales,2025-06-12\n", ""),),
        select=DEFINITION,
    ),
    Mistake(
        "a label is mapped twice",
        (
            "seeds/stage_labels.csv, line 4, columns system, entity, label:",
            "“hubspot, stage_claims, lead” stands in line 3 already.",
            "What to do: Keep one of the rows; change or delete the others.",
        ),
        (
            (
                "seeds/stage_labels.csv",
                "hubspot,stage_claims,lead,lead\n",
                "hubspot,stage_claims,lead,lead\nhubspot,stage_claims,lead,mql\n",
            ),
        ),
        code=2,
    ),
    Mistake(
        "a stage is misspelled in a seed",
        (
            "seeds/evidence_kinds.csv, line 2, column stage: “awarenes” is not in the column",
            "stage of seeds/lifecycle_stages.csv (did you mean awareness?): ",
        ),
        (("seeds/evidence_kinds.csv", "ad_clicked,awareness", "ad_clicked,awarenes"),),
        code=2,
    ),
    Mistake(
        "a unit is not one of the list",
        (
            "seeds/kpi_list.csv, line 2, column unit: “number” is not one of count, amount, ratio,",
            "Write one of these values.",
        ),
        (("seeds/kpi_list.csv", "leads,Leads,1,count", "leads,Leads,1,number"),),
        code=2,
    ),
    Mistake(
        "two cells are empty",
        (
            "1. seeds/kpi_list.csv, line 2, column unit: the cell is empty, and must have a value.",
            "Fill the cell.",
            "2. seeds/teams.csv, line 2, column team_name: the cell is empty, and must have",
        ),
        (
            ("seeds/teams.csv", "marketing,Marketing", "marketing,"),
            ("seeds/kpi_list.csv", "leads,Leads,1,count", "leads,Leads,1,"),
        ),
        code=2,
    ),
    Mistake(
        "a comma too many in a seed",
        (
            "seeds/stage_labels.csv, line 4: 5 cells, but the header has 4",
            "What to do: Take out the comma that is too many",
        ),
        ((("seeds/stage_labels.csv", "lead,mql\n", "lead,mql,\n")),),
        code=2,
    ),
    Mistake(
        "a target is of the middle of a month",
        (
            "seeds/targets.csv, line 2: target_month is 2024-07-15: a target is of a whole month.",
            "What to do:",
            "Write the first day of the month.",
        ),
        (("seeds/targets.csv", "smb,2024-07-01,", "smb,2024-07-15,"),),
        code=2,
    ),
    Mistake(
        "the shares of a target do not add up",
        (
            "seeds/targets.csv, line 2: new_share is 0.8, expansion_share is 0.2,",
            "renewal_share is 0.3: the shares of new customers, expansion and renewals do not add",
            "What to do:",
            "Correct new_share, expansion_share, renewal_share.",
        ),
        (("seeds/targets.csv", "38800.00,0.95,0.05,0,", "38800.00,0.8,0.2,0.3,"),),
        code=2,
    ),
    Mistake(
        "a target is negative",
        (
            "seeds/targets.csv, line 2, column target_amount: “-1000” is not allowed:",
            "it must be 0 or more.",
        ),
        (("seeds/targets.csv", "smb,2024-07-01,38800.00", "smb,2024-07-01,-1000"),),
        code=2,
    ),
    Mistake(
        "a column of a seed is renamed",
        (
            "seeds/lifecycle_stages.csv, line 1: the header has no column owner_team.",
            "did you mean owner?",
        ),
        (("seeds/lifecycle_stages.csv", "owner_team", "owner"),),
        code=2,
    ),
    Mistake(
        "a decimal comma",
        (
            "seeds/exchange_rates.csv, line 4, column rate: “1,04” is not a number such as 1.04.",
            "What to do: Correct the cell.",
        ),
        (("seeds/exchange_rates.csv", "EUR,2025-01-01,1.04", 'EUR,2025-01-01,"1,04"'),),
        code=2,
    ),
    Mistake(
        "a source table has another name",
        (
            'The table deal of hubspot is missing: looked for "revenue_funnel"."hubspot"."deal".',
            "source_tables",
            "Skipped:",
        ),
        sql=("alter table hubspot.deal rename to deals",),
        select="stg_hubspot__opportunities int_opportunities_rows_checked",
    ),
    Mistake(
        "a source has no such column",
        ("The table deal of hubspot has no column deal_id", "source_columns"),
        sql=("alter table hubspot.deal rename deal_id to id",),
        select="stg_hubspot__opportunities",
    ),
    Mistake(
        "a KPI made of a measure that does not exist",
        (
            "Every kpi is made of measures that exist.",
            "2 rows break the test every_kpi_is_made_of_measures_that_exist:",
            "enterd_mql",
            "velocity_denominators",
            "Correct the column shown in seeds/kpi_list.csv.",
        ),
        (
            ("seeds/kpi_list.csv", "entered_mql", "enterd_mql"),
            ("seeds/kpi_list.csv", "velocity_denominator", "velocity_denominators"),
        ),
        select="kpi_list lifecycle_stages",
    ),
    Mistake(
        "a misspelled word in the SQL of a model",
        (
            f"{FACT}, line 8: DuckDB cannot read the SQL at “selct”.",
            "LINE",
            "What to do:",
            "Skipped:",
        ),
        ((FACT, "select", "selct"),),
        select="fct_lifecycle",
    ),
    Mistake(
        "a column that does not exist",
        (
            "models/marts/core/dim_owners.sql, line 14: there is no column owner_kee.",
            'Candidate bindings: "owner_key"',
            "What to do:",
        ),
        (("models/marts/core/dim_owners.sql", "        owner_key,\n", "        owner_kee,\n"),),
        select="dim_owners",
    ),
    Mistake(
        "a column that the contract does not list",
        (
            "models/marts/core/dim_owners.sql does not have the columns that its contract promises",
            "data type mismatch",
            "What to do:",
        ),
        (("models/marts/core/dim_owners.yml", "data_type: bigint", "data_type: date"),),
        select="dim_owners",
    ),
    Mistake(
        "a model that does not exist",
        (
            f"{FACT} refers to int_stage_entries_complete",
            "int_stage_entries_completed",
        ),
        ((FACT, "int_stage_entries_completed", "int_stage_entries_complete"),),
        code=2,
    ),
    Mistake(
        "a bracket too few",
        (f"{FACT}, line 1: Jinja cannot read", "What to do:"),
        ((FACT, "}}", "}"),),
        code=2,
    ),
    Mistake(
        "a yml whose lines do not line up",
        ("seeds/_kpi_seeds.yml is not readable as YAML, near line", "What to do:"),
        (("seeds/_kpi_seeds.yml", "    columns:", "   columns:"),),
        code=2,
    ),
    Mistake(
        "a system and its entities misspelled or listed twice",
        (
            "1. The var systems lists peoples of stripe, and there is no model stg_stripe__peoples",
            "did you mean people?",
            "2. The var systems lists companies of stripe 2 times.",
            "3. The var systems lists zendeks",
            "did you mean zendesk?",
        ),
        (
            ("dbt_project.yml", "stripe: [people, companies,", "stripe: [peoples, companies,"),
            ("dbt_project.yml", "peoples, companies,", "peoples, companies, companies,"),
            ("dbt_project.yml", "zendesk: [", "zendeks: ["),
        ),
        code=2,
    ),
    # Other vars make dbt parse the project anew.
    Mistake(
        "a reporting currency without a rate",
        (
            "The reporting currency is worth one.",
            "SEK",
            "Give seeds/exchange_rates.csv a row with the reporting currency and the rate 1",
        ),
        vars={"reporting_currency": "SEK"},
        select="exchange_rates",
    ),
    Mistake(
        "a month that does not exist",
        ("The var cutoff is '2026-13-01': the calendar has no such moment.",),
        vars={"cutoff": "2026-13-01"},
        code=2,
    ),
    Mistake(
        "a cutoff in words",
        ("The var cutoff is 'yesterday': write it as 2026-07-01",),
        vars={"cutoff": "yesterday"},
        code=2,
    ),
    Mistake(
        "a calendar that does not exist",
        (
            "1. The var time_zone is Europe/Warsaws, and there is no such time zone.",
            "did you mean Europe/Warsaw?",
            "2. The var week_start is sundy, which is no weekday.",
            "did you mean sunday?",
            "3. The var fiscal_year_start_month is 13, which is no month.",
        ),
        vars={
            "time_zone": "Europe/Warsaws",
            "week_start": "sundy",
            "fiscal_year_start_month": 13,
        },
        code=2,
    ),
    Mistake(
        "a var that does not exist",
        ("There is no var cutof.", "did you mean cutoff?"),
        vars={"cutof": "2026-06-01"},
        code=2,
    ),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that a test may break."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("models", "macros", "tests", "analyses", "seeds"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("python"))
    for part in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / part, folder / part)
    return folder


@pytest.fixture
def database(built: Built, project: Path) -> Path:
    """Always at the same path, since dbt parses the project anew for another one."""
    path = project / built.database.name
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    return Path(shutil.copy(built.database, path))


@pytest.fixture
def mistaken(project: Path, database: Path, mistake: Mistake) -> Iterator[Path]:
    """The project with the mistake in it, and without it afterwards."""
    before = {project / path: (project / path).read_text() for path, *_ in mistake.edits}
    for path, old, new in mistake.edits:
        text = (project / path).read_text()
        assert old in text
        (project / path).write_text(text.replace(old, new, 1))
    with duckdb.connect(str(database)) as connection:
        for statement in mistake.sql:
            connection.execute(statement)
    yield project
    for file, text in before.items():
        file.write_text(text)


def _build(
    project: Path, database: Path, select: str, variables: Mapping[str, Any] | None = None
) -> int:
    arguments = ("build", "--exclude-resource-type", "unit_test", "--select", *select.split())
    return run_steps(arguments, database, project / "target", variables or {}, project)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.name)
def test_the_mistake_is_explained(
    mistaken: Path, database: Path, mistake: Mistake, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _build(mistaken, database, mistake.select, mistake.vars)
    shown = capsys.readouterr()
    text = " ".join((shown.out + shown.err).split())
    at = 0
    for sentence in mistake.says:
        at = text.find(" ".join(sentence.split()), at)
        assert at >= 0, f"{sentence!r} is missing or too late in:\n{shown.out}{shown.err}"
    assert code == mistake.code
    assert RAW_DBT not in text


def test_without_a_mistake_nothing_is_explained(
    project: Path, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _build(project, database, "teams kpi_list lifecycle_stages") == 0
    assert "What to do" not in capsys.readouterr().out


def _with_test(project: Path, name: str, sql: str) -> Path:
    file = project / "tests" / "core" / f"{name}.sql"
    file.write_text(sql)
    return file


def test_rows_show_nothing_of_a_person(
    project: Path, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _with_test(
        project,
        "nobody_is_a_person",
        "select record_id, email, phone, company_name, 'mail ann@acme.com' as note"
        " from {{ ref('stg_hubspot__people') }} where email is not null",
    )
    code = _build(project, database, "stg_hubspot__people nobody_is_a_person")
    file.unlink()
    shown = capsys.readouterr().out
    assert code == 1
    assert "Nobody is a person." in shown
    assert "; the first 5:" in shown
    assert shown.count("(hidden)") == 15
    assert "mail (address)" in shown
    assert "@" not in shown


def test_a_warning_is_explained_and_stops_nothing(
    project: Path, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _with_test(
        project,
        "no_team_has_a_name",
        "{{ config(severity='warn') }} select team_name from {{ ref('teams') }}",
    )
    code = _build(project, database, "teams")
    file.unlink()
    assert code == 0
    assert "Warning: No team has a name." in capsys.readouterr().out


def test_a_failed_unit_test_shows_what_differs(
    project: Path, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "models/marts/revenue/kpi_sales_by_period.sql"
    before = path.read_text()
    path.write_text(before.replace("won_count", "lost_count"))
    arguments = ("test", "--select", "kpi_sales_by_period,test_type:unit")
    code = run_steps(arguments, database, project / "target", {}, project)
    path.write_text(before)
    shown = capsys.readouterr().out
    assert code == 1
    assert "kpi_sales_by_period does not give the rows that its unit test expects:" in shown
    assert "What to do:" in shown
    assert RAW_DBT not in shown


def test_ten_faults_are_shown_in_full_and_the_others_by_name() -> None:
    console = Console(width=100, file=io.StringIO(), record=True)
    faults = [Fault(f"Law {number} is broken.", f"law_{number}") for number in range(1, 14)]
    show_faults(console, faults, Path("target/dbt.log"))
    shown = console.export_text()
    assert "10. Law 10 is broken." in shown
    assert "Law 11" not in shown
    assert "And 3 more:\n   law_11\n   law_12\n   law_13\n" in shown
    assert shown.endswith("The whole log is target/dbt.log.\n")


def _newer(database: Path) -> None:
    """Its file says that a later DuckDB has written it, with the checksum that this needs."""
    header = bytearray(database.read_bytes()[:4096])
    header[12:20] = struct.pack("<Q", 199)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", header[8:]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    header[:8] = struct.pack("<Q", checksum)
    database.write_bytes(header + database.read_bytes()[4096:])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.unlink(), ("There is no database", "Correct REVENUE_FUNNEL_DATABASE")),
        (lambda path: path.write_text("no database " * 999), ("is not a DuckDB database",)),
        (_newer, ("its format is 199", "set the version of duckdb")),
    ],
    ids=["not there", "not a database", "newer"],
)
def test_a_database_that_cannot_be_used_is_explained(
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Any,
    says: tuple[str, ...],
) -> None:
    database = tmp_path / "small.duckdb"
    duckdb.connect(str(database)).close()
    spoil(database)
    assert _build(project, database, "teams") == 2
    shown = " ".join(capsys.readouterr().err.split())
    for sentence in says:
        assert sentence in shown
    assert "What to do:" in shown


def test_a_database_that_is_open_elsewhere_names_the_program(
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preflight, "SECONDS_FOR_OTHERS", 1)
    database = tmp_path / "small.duckdb"
    program = f"import duckdb; c = duckdb.connect({str(database)!r}); print('open', flush=True)"
    other = subprocess.Popen(
        [sys.executable, "-c", f"{program}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout
    assert other.stdout.readline()
    code = _build(project, database, "teams")
    other.communicate(b"\n")
    shown = " ".join(capsys.readouterr().err.split())
    assert code == 2
    assert "small.duckdb is open in another program:" in shown
    assert f"process {other.pid}." in shown
    assert "What to do: Close the connection there" in shown


def test_a_full_disk_is_explained() -> None:
    message = (
        'FATAL Error: Failed: database has been invalidated. Original error: "Failed to create'
    )
    message += ' checkpoint because of error: Could not write file "w": No space left on device"'
    fault = fault_of_exception(message, Path("w.duckdb"))
    assert fault.sentence == "The disk is full."
    assert "Make room" in fault.advice.remedy
