"""Every command of the README and of the pages in docs runs; those of how-to pages: test_how_to."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from funnel.cli import funnel
from funnel.places import DATABASE
from funnel.run_dbt import ROOT, run_dbt
from tests.python.conftest import Built, messages, query

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(
        page
        for page in ROOT.glob("docs/**/*.md")
        if not {"how-to", "reference"} & set(page.relative_to(ROOT).parts)
    ),
]


def _commands(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


COMMANDS = list(dict.fromkeys(command for page in PAGES for command in _commands(page)))
# `make` would set up the environment anew: `make test` is what runs this, and `make build` runs in
# it. The recipes call the same commands of funnel that the tests run.
MADE = [command for command in COMMANDS if command.startswith("make")]
SHOWN = [command for command in COMMANDS if command.startswith("dbt")]
# A build of its own, which test_preview makes and looks at; an erasure, which test_erasure makes;
# metrics, which test_metrics asks for;
# an installation, which needs a network.
ELSEWHERE = [
    command
    for command in COMMANDS
    if command == "funnel preview"
    or command.startswith(("mf query ", ".venv/bin/pip install ", "funnel erase "))
]
RUN = [command for command in COMMANDS if command.startswith("funnel") and command not in ELSEWHERE]


def test_the_readme_has_commands() -> None:
    assert _commands(PAGES[0])[:2] == ["make build", "make test"]


def test_every_command_is_run_by_a_test() -> None:
    assert sorted(COMMANDS) == sorted([*MADE, *SHOWN, *RUN, *ELSEWHERE])
    assert len(SHOWN) > 4
    assert len(RUN) > 3


@pytest.mark.parametrize("command", MADE)
def test_make_knows_the_verb(command: str) -> None:
    assert shlex.split(command)[1] in _verbs()


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_make_knows_the_verbs_that_the_text_names(page: Path) -> None:
    """Between backticks, in the schedule and in the CI workflow, too."""
    code = "".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text(), re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= _verbs()


def test_the_ci_workflow_is_yaml_that_checks_out_and_tests() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    workflow = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0])
    steps = workflow["jobs"]["test"]["steps"]
    assert [step.get("uses", step.get("run")) for step in steps] == [
        "actions/checkout@v4",
        "actions/setup-python@v5",
        "make test",
    ]


def _verbs() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def database(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built demo company for all commands, in the order of the pages."""
    place = tmp_path_factory.mktemp("readme") / "revenue_funnel.duckdb"
    shutil.copy(built.database, place)
    return place


@pytest.mark.parametrize("command", SHOWN)
def test_dbt_shows_rows(command: str, built: Built, database: Path) -> None:
    """In this process, with one target, so that dbt parses the project once. The key of an alert
    is another one with each company."""
    alert_key = query(database, "select min(alert_key) from marts.alerts")[0][0]
    words = shlex.split(command.replace("alert_key: 123", f"alert_key: {alert_key}"))[1:]
    outcome = run_dbt([*words, "--quiet"], database, database.parent / "target", built.vars)
    assert outcome.success, messages(outcome)


@pytest.mark.parametrize("command", RUN)
def test_the_command_of_funnel_runs(
    command: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a user would, in a folder beside the database."""
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv(DATABASE, str(database))
    done = CliRunner().invoke(funnel, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    for place, _, part in re.findall(r"\]\(([^)#:]*)(#([^)]*))?\)", page.read_text()):
        target = page if not place else page.parent / place
        assert target.exists(), place
        if part and target.suffix == ".md":
            assert part in _anchors(target), f"{place}#{part}"


def _anchors(page: Path) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
