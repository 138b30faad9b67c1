"""Data as real connectors land it comes out right: each case of the yml files in this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.python.cases.answers import answer
from tests.python.cases.landing import Case, companies, land_company, read_company
from tests.python.conftest import messages
from tests.python.reading import stays_as_it_is
from tests.python.warm_dbt import run_dbt

COMPANIES = companies()
DatabaseOf = Callable[[str], Path]


def _cases() -> Iterator[object]:
    for company in COMPANIES:
        for case in read_company(company).cases:
            for question in case.right:
                name = f"{company}, {case.name}: {question}"
                yield pytest.param(company, case, question, id=name)


@pytest.fixture(scope="module")
def database_of(tmp_path_factory: pytest.TempPathFactory) -> DatabaseOf:
    """The database with all cases of a company, landed and built once."""
    root = tmp_path_factory.mktemp("cases")

    @cache
    def build(name: str) -> Path:
        company = read_company(name)
        database = root / name / "revenue_funnel.duckdb"
        database.parent.mkdir()
        land_company(company, database)
        arguments = ["build", "--quiet", "--exclude-resource-type", "unit_test", "test"]
        outcome = run_dbt(
            [*arguments, "--select", *company.read.split()], database, root / "target", company.vars
        )
        assert outcome.success, messages(outcome)
        stays_as_it_is(database)
        return database

    return build


@pytest.mark.parametrize(("company", "case", "question"), list(_cases()))
def test_case(database_of: DatabaseOf, company: str, case: Case, question: str) -> None:
    """What the marts contain is what the case says is right."""
    assert answer(database_of(company), case, question) == case.right[question]


@pytest.mark.parametrize("name", COMPANIES)
def test_no_law_fails_on_real_data(database_of: DatabaseOf, name: str) -> None:
    """All data tests whose models were built hold on the cases, too."""
    company, database = read_company(name), database_of(name)
    arguments = ["test", "--quiet", "--exclude-resource-type", "unit_test", "--select"]
    outcome = run_dbt(
        [*arguments, *company.read.split(), "--indirect-selection", "buildable"],
        database,
        database.parents[1] / "target",
        company.vars,
    )
    assert outcome.success, messages(outcome)
