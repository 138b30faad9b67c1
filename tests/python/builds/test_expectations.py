"""Great Expectations checks whether the data still means what was agreed."""

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from funnel.expectations.agreements import AgreementError
from funnel.expectations.run import Verdict, validate
from funnel.run_dbt import ROOT
from tests.python.conftest import UNTIL, Built

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
Broken = Callable[..., Verdict]

# A statement that breaks one suite, and what its sentence must contain.
BREAKS = {
    "label_agreement": (
        "update marts.label_agreement_counts set is_defined = false"
        " where system = 'hubspot' and stage = 'mql'",
        r"hubspot, mql has 100\.0% \(of \d+\), agreed is at most 50\.0%\. Owner: marketing\. Read ",
    ),
    "source_reconciliation": (
        "update marts.source_reconciliation set read_count = read_count + 3"
        " where source_table = 'charge'",
        r"stripe\.charge has 3 \(of [\d,]+\), agreed is at most 0\. Owner: data\. Do not trust",
    ),
    "quarantine": (
        "update marts.source_reconciliation set row_status = 'quarantined'"
        " where source_table = 'email_event'",
        r"hubspot\.email_event has 100\.0% \(of [\d,]+\), agreed is at most 20\.0%\. Owner: data\.",
    ),
    "vocabulary": (
        "update marts.fct_lifecycle set stage = 'warm' where stage = 'sal'",
        r"fct_lifecycle\.stage has 'warm' \(of \d+\), agreed is one of the words in"
        r" seeds/lifecycle_stages\.csv, column stage\. Owner: marketing\.",
    ),
    "unmapped": (
        "update marts.fct_lifecycle set first_channel = 'unmapped' where stage = 'lead'",
        r"first channel has 100\.0% \(of \d+\), agreed is at most 50\.0%\. Owner: marketing\.",
    ),
    "fill_rates": (
        "update marts.definition_explained set outcome = 'unknown' where attribute = 'country'",
        r"country has 0\.0% \(of \d+\), agreed is at least 50\.0%\. Owner: marketing\. Find",
    ),
    "scores": (
        "update intermediate.int_evaluation_touches_scored set score = 90"
        " where occurred_at > '2026-04-02'",
        r"score has \d\.\d+, agreed is a divergence below 0\.5\. Owner: marketing\.",
    ),
    "freshness": (
        "delete from intermediate.int_payments_rows_checked where paid_at > '2026-05-10'",
        r"stripe has \d\d \(of 1\), agreed is at most 45\. Owner: data\. Check whether",
    ),
}


@pytest.fixture(scope="module")
def as_table(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built demo company with its views as tables, so that a test can break them."""
    database = tmp_path_factory.mktemp("expectations") / built.database.name
    shutil.copy(built.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table explained as from marts.definition_explained")
        connection.execute("drop view marts.definition_explained")
        connection.execute("create table marts.definition_explained as from explained")
    return database


@pytest.fixture
def broken(as_table: Path, tmp_path: Path) -> Iterator[Broken]:
    """Validates a copy that statements have changed."""
    database = tmp_path / as_table.name
    shutil.copy(as_table, database)
    with duckdb.connect(str(database)) as connection:

        def run(*statements: str) -> Verdict:
            for statement in statements:
                connection.execute(statement)
            return validate(connection, UNTIL, tmp_path / "validation")

        yield run


def test_the_demo_company_meets_the_agreements(broken: Broken) -> None:
    verdict = broken()
    assert verdict.errors == 0, verdict.sentences()
    with (ROOT / "seeds" / "data_agreements.csv").open(newline="") as file:
        agreed = [row for row in csv.DictReader(file) if row["definition_version"] == "2"]
    assert verdict.expectations == len(agreed)
    assert f"{len(agreed)} expectations: 0 errors, " in verdict.sentences()[-1]


@pytest.mark.parametrize("suite", BREAKS)
def test_a_broken_agreement_is_an_error_with_one_sentence(suite: str, broken: Broken) -> None:
    statement, sentence = BREAKS[suite]
    verdict = broken(statement)
    [error] = [fault for fault in verdict.faults if fault.severity == "error"]
    assert error.suite == suite
    assert error.sentence.startswith("Limit agreed for publishing. ")
    assert re.search(sentence, error.sentence), error.sentence
    assert f"error: {error.sentence}" in verdict.sentences()


def test_a_broken_warning_limit_is_reported_and_is_no_error(broken: Broken) -> None:
    verdict = broken(
        "update marts.definition_explained set outcome = 'unknown'"
        " where attribute = 'country' and person_key % 5 = 0"
    )
    assert ("warning", "country") in [(each.severity, each.subject) for each in verdict.faults]
    assert verdict.errors == 0


def test_subjects_without_enough_data_are_reported(broken: Broken) -> None:
    verdict = broken(
        "delete from marts.label_agreement_counts"
        " where system = 'hubspot' and recorded_date > '2026-01-01' and stage = 'mql'",
        "delete from marts.definition_explained where attribute = 'country'",
        "delete from intermediate.int_evaluation_touches_scored where occurred_at < '2026-04-02'",
    )
    assert {"fill_rates: country", "scores: reference"} <= set(verdict.without_data)
    assert verdict.errors == 0


def test_an_agreement_that_cannot_be_checked_is_an_error(broken: Broken) -> None:
    verdict = broken("update seeds.data_agreements set limit_value = '-1' where suite = 'scores'")
    assert verdict.errors == 1
    assert "could not be checked" in verdict.faults[0].sentence


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "delete from seeds.data_agreements where definition_version = 2",
            "Version 2 of the lead definition is in force, and seeds/data_agreements.csv has no row"
            " for it about the data: let the teams agree, and add the rows.",
        ),
        (
            "delete from seeds.data_agreements where suite = 'fill_rates' and subject is null",
            "has no row for it about how often has_business_email, has_valid_email, is_competitor,"
            " is_internal, is_test must be known",
        ),
        (
            "update seeds.data_agreements set limit_value = 'few' where suite = 'freshness'",
            "suite freshness, subject (empty): limit_value is few. Allowed: a number.",
        ),
        (
            "update seeds.data_agreements set subject = 'a;b' where suite = 'vocabulary'",
            "'a;b' is not written as table.column",
        ),
        (
            "update seeds.data_agreements set suite = 'weather' where suite = 'freshness'",
            "there is no suite weather",
        ),
    ],
)
def test_a_missing_or_faulty_agreement_stops_with_one_sentence(
    statement: str, sentence: str, broken: Broken
) -> None:
    with pytest.raises(AgreementError) as error:
        broken(statement)
    assert sentence in str(error.value)


class _References(HTMLParser):
    """What a page would fetch or lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [
            value or "" for name, value in attributes if name in ("src", "href", "action", "srcset")
        ]


def test_the_pages_refer_to_no_other_site(broken: Broken, tmp_path: Path) -> None:
    broken(*(statement for statement, _ in BREAKS.values()))
    pages = sorted((tmp_path / "validation").glob("*.html"))
    assert [page.stem for page in pages] == sorted([*BREAKS, "index"])
    for page in pages:
        references = _References(page)
        assert not references.tags & {"script", "link", "img", "iframe", "object"}
        for reference in references.found:
            inside = reference.startswith("#") or (page.parent / reference).is_file()
            assert inside, f"{page.name}: {reference}"
        assert not re.search(r"https?:|url\(|@import", page.read_text())


def test_the_pages_are_sentences_with_owners_and_days(broken: Broken, tmp_path: Path) -> None:
    broken(*(BREAKS[suite][0] for suite in ("label_agreement", "fill_rates", "vocabulary")))
    text = "\n".join(_text(page) for page in (tmp_path / "validation").glob("*.html"))
    for sentence in (
        r"Data up to 30 June 2026; .* agreed by Marketing on 10 June 2025, Sales on 12 June 2025",
        r"100 % of those whom HubSpot called MQL in the last 90 days do not meet the definition"
        r" \(of \d+\); at most 25 % was agreed\. Publishing stops above 50 %\. Marketing; agreed on"
        r" 10 June 2025 Read marts",
        r"The country is known of 0 % of the persons .*; at least 90 % was agreed",
        r"The last event of LinkedIn Ads is 10 days old; at most 7 days was agreed",
        r"fct_lifecycle, column stage has \d+ different words; one of those in the list",
    ):
        assert re.search(sentence, text), sentence
    residue = r"parquet|Data ?frame|df\.|__none__|fingerprint|Expectation|None|nan|_rate\b"
    assert re.findall(residue, text) == []


def test_the_pages_show_what_earlier_builds_had(as_table: Path, tmp_path: Path) -> None:
    database, pages = tmp_path / as_table.name, tmp_path / "validation"
    shutil.copy(as_table, database)
    with duckdb.connect(str(database)) as connection:
        validate(connection, UNTIL - timedelta(days=7), pages)
        assert "<svg" not in (pages / "label_agreement.html").read_text()
        connection.execute(BREAKS["label_agreement"][0])
        validate(connection, UNTIL, pages)
        validate(connection, UNTIL, pages)
    with (pages / "trend.csv").open(newline="") as file:
        known = [row for row in csv.DictReader(file) if row["subject"] == "hubspot, mql"]
    assert [row["cutoff"][:10] for row in known] == ["2026-06-24", "2026-07-01"]
    assert float(known[0]["value"]) < float(known[1]["value"]) == 1
    page = (pages / "label_agreement.html").read_text()
    assert "2 builds, from" in page
    assert "on 23 June 2026" in page


def _text(page: Path) -> str:
    """What a reader sees, on one line."""
    return re.sub(
        r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]*>", " ", page.read_text(), flags=re.S)
    )


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_the_pages_open_in_a_browser_without_a_network(broken: Broken, tmp_path: Path) -> None:
    broken(BREAKS["fill_rates"][0])
    index, log = _opened(tmp_path / "validation" / "index.html", tmp_path)
    assert "<h1>What was agreed about the data</h1>" in index
    assert 'class="text-danger">error' in index
    assert _outside(log) == []
    page, log = _opened(tmp_path / "validation" / "fill_rates.html", tmp_path)
    assert "The country is known of" in page
    assert _outside(log) == []
    # The log does show what a page would fetch.
    bad = tmp_path / "validation" / "bad.html"
    bad.write_text('<script src="https://cdn.example.com/vega.js"></script>')
    assert _outside(_opened(bad, tmp_path)[1]) == ["https://cdn.example.com/vega.js"]


def _opened(page: Path, folder: Path) -> tuple[str, str]:
    """What the browser made of the page, and its network log."""
    log = folder / "net.json"
    quiet = "--no-first-run --disable-background-networking --disable-component-update"
    options = f"--headless=new --no-sandbox --disable-gpu {quiet} --disable-sync".split()
    places = [f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}"]
    nowhere = "--host-resolver-rules=MAP * ~NOTFOUND"
    command = [CHROMIUM or "", *options, *places, nowhere, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, log.read_text()


def _outside(log: str) -> list[str]:
    """Requests of the page; the browser's own go to its maker."""
    found = re.findall(r'"url":"(https?://[^"]*)"', log)
    return sorted({url for url in found if not re.match(r"https?://[^/]*google", url)})


def test_the_command_ends_with_one_where_an_error_is(as_table: Path, tmp_path: Path) -> None:
    database = tmp_path / as_table.name
    shutil.copy(as_table, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(BREAKS["vocabulary"][0])
    command = [sys.executable, "-m", "funnel", "--quiet", "validate", "--database", str(database)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    assert done.returncode == 1
    assert re.search(BREAKS["vocabulary"][1], done.stdout)
    assert done.stderr == ""
    assert (tmp_path / "out" / "index.html").exists()


def test_no_other_tool_waits_for_great_expectations() -> None:
    tools = "funnel.build, funnel.summary, funnel.alerts.command, funnel.publish, funnel.backtest"
    asked = f"import sys, {tools}; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT).returncode == 0
