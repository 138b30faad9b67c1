"""Small projects that install this one as a package, each of a company unlike the demo: their
own `dbt build` passes, and the tools follow their schema, database and cutoff."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from funnel.alerts.command import send_alerts
from funnel.backtest import show_backtest
from funnel.publish import FACTS, publish_build
from funnel.report.command import show_report
from funnel.summary import show_summary
from tests.python.canaries import UNTIL, canaries_in, canaries_in_file, canary_columns, shape
from tests.python.conftest import query
from tests.python.package_project import OPPORTUNITIES, Company, land, scaffold, write_project
from tests.python.warm_dbt import run_dbt

COMPANIES = (
    # In a schema of its own, up to another cutoff than the demo's: what the tools must find by
    # themselves.
    Company("one_version", tuple(shape()), UNTIL, schema="analytics", has_canaries=True),
    # Two kinds at once, which have nothing to do with each other: long ago, and in large numbers.
    Company(
        "billions_long_ago",
        ("people", "companies", "touches", "opportunities", "subscriptions", "payments"),
        until=datetime(1998, 7, 1),
        currency="KRW",
        amount=50_000_000_000,
    ),
    # As `funnel scaffold` writes it, with neutral seeds.
    Company("one_system", ("opportunities",), is_scaffolded=True),
    # Everybody loads a list of customers one day, and some have no more than that; these customers
    # are people, whom no company's record joins.
    Company(
        "consumers_without_dates",
        ("people", "touches", "opportunities"),
        has_dates=False,
        is_scaffolded=True,
    ),
    Company(
        "no_marketing",
        ("companies", "opportunities", "subscriptions", "payments"),
        is_scaffolded=True,
    ),
)
FIRST = pytest.mark.parametrize("installed", COMPANIES[:1], indirect=True, ids=["one_version"])


@dataclass(frozen=True)
class Installed:
    """A company whose project was built."""

    company: Company
    project: Path
    database: Path

    @property
    def prefix(self) -> str:
        return "" if self.company.schema == "main" else f"{self.company.schema}_"


@pytest.fixture(scope="module", params=COMPANIES, ids=lambda company: company.name)
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    company: Company = request.param
    folder = tmp_path_factory.mktemp("packages")
    database = folder / f"{company.name}.duckdb"
    land(company, database)
    project = (scaffold if company.is_scaffolded else write_project)(company, folder)
    arguments = ["build", "--quiet", "--exclude-resource-type", "unit_test"]
    outcome = run_dbt(arguments, database, folder / "target", project=project)
    results = getattr(outcome.result, "results", [])
    bad = [each for each in results if each.status in ("error", "fail", "skipped")]
    assert outcome.success, [(each.node.name, each.message) for each in bad]
    return Installed(company, project, database)


def test_a_project_of_its_own_builds_and_counts_every_win(installed: Installed) -> None:
    landed = "select count(*), sum(amount) from crm.opportunities where is_won"
    marts = f"{installed.prefix}marts.dim_opportunities where outcome = 'won'"
    won = query(installed.database, f"select count(*), sum(amount) from {marts}")
    assert won == query(installed.database, landed)
    assert won[0][0] >= OPPORTUNITIES // 3


@FIRST
def test_the_tools_follow_database_schema_and_cutoff(
    installed: Installed, capfd: pytest.CaptureFixture[str]
) -> None:
    """No word about the company is given to them but the file: not its vars, not its project."""
    folder, day = installed.database.parent, f"{installed.company.until:%d %B %Y}"
    assert show_summary(installed.database) == 0
    assert show_report(installed.database, None, {}, False) == 0
    assert publish(installed) == 0
    assert show_backtest(installed.database, "all", None) == 0
    printed = capfd.readouterr()
    assert "Traceback" not in printed.out + printed.err
    facts = json.loads((folder / "publications" / "current" / FACTS).read_text())
    assert facts["cutoff"] == installed.company.until.isoformat()
    assert len(facts["rows"]) > 50
    # The page keeps the parts of a date together.
    page = (folder / "report.html").read_text().replace("\u00a0", " ")
    assert day.removeprefix("0") in page


def publish(installed: Installed) -> int:
    """The build is validated and published; alerts go into a file."""
    folder = installed.database.parent
    channels = {"file": {"path": str(folder / "alerts.jsonl")}}
    (folder / "alerts.yml").write_text(json.dumps({"channels": channels}))
    return publish_build(installed.database, None, folder / "alerts.yml", folder / "pages")


@FIRST
def test_no_artifact_holds_what_few_people_typed(
    installed: Installed, capfd: pytest.CaptureFixture[str]
) -> None:
    """A canary in each text column of each entity: names, addresses, numbers, free texts."""
    folder = installed.database.parent
    assert publish(installed) == 0
    assert show_report(installed.database, None, {}, False) == 0
    show_summary(installed.database)
    send_alerts(installed.database, folder / "alerts.yml", only_show=True)
    show_backtest(installed.database, "all", None)
    printed = capfd.readouterr()
    assert len(set(canary_columns())) > 40
    # The warehouse itself holds what the systems know; what is published of it must not.
    assert canaries_in_file(installed.database)
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".duckdb"]
    files += (folder / "publications").glob("*/published.duckdb")
    kinds = {".parquet", ".html", ".jsonl", ".alerts", ".json", ".duckdb"}
    assert {path.suffix for path in files} >= kinds
    found = {path.name: canaries_in_file(path) for path in files}
    found["the terminal"] = canaries_in(printed.out + printed.err)
    for table in ("dbt_runs", "relations", "settings"):
        found[table] = canaries_in(str(query(installed.database, f"from operations.{table}")))
    assert {name: canaries for name, canaries in found.items() if canaries} == {}
