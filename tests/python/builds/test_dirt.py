"""Cells of the source tables are spoiled, a hundred in one build: nothing is lost or wrong in
silence. `make test-dirt` spoils more of them, and columns and tables."""

import pytest

from tests.python.dirt.cells import Drawing
from tests.python.dirt.company import DirtCompany, make_company
from tests.python.dirt.judge import Judge
from tests.python.dirt.kinds import KINDS

BUILDS = 3
CELLS = 100


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> DirtCompany:
    """Three hundred people, landed as text, so that any value can stand in any cell."""
    return make_company(tmp_path_factory.mktemp("dirt"), "text")


def test_no_spoiled_cell_is_lost_or_wrong_in_silence(company: DirtCompany) -> None:
    with company.open() as connection:
        judge = Judge(company, connection)
        drawing = Drawing(connection, judge.groups, company.landing, seed=1)
        seen = set()
        for _ in range(BUILDS):
            mutations = drawing.draw(CELLS)
            assert len(mutations) == CELLS
            assert len({mutation.group for mutation in mutations}) == CELLS
            found = judge.judge(mutations)
            wrong = [
                (verdict.fault, verdict.mutation.kind.name, verdict.mutation.statement)
                for verdict in found.verdicts
                if verdict.fault
            ]
            assert (found.faults, wrong) == ([], [])
            seen |= {verdict.fate for verdict in found.verdicts}
    assert len(seen) == 5
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_a_spoiled_cell_leaves_the_company_as_it_was(company: DirtCompany) -> None:
    """And a build without any is the unspoilt one, so that all differences are the cells'."""
    with company.open() as connection:
        judge = Judge(company, connection)
        found = judge.judge([])
    assert found.faults == []
