"""Spoils a demo company and prints each fault with its smallest reproduction."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from funnel.places import SOURCES
from funnel.run_dbt import environment
from tests.python.dirt.cells import Drawing, Mutation
from tests.python.dirt.company import LANDINGS, PEOPLE, DirtCompany, make_company
from tests.python.dirt.judge import Judge, Judgement, Verdict
from tests.python.dirt.tables import draw_changes, share_out, try_changes
from tests.python.warm_dbt import FOLDER

PER_BUILD = 100


@click.command()
@click.option("--cells", default=2000, help="How many cells are spoiled, of both landings.")
@click.option("--tables", default=60, help="How many columns and tables are spoiled.")
@click.option("--per-build", default=PER_BUILD, help="How many cells in one build.")
@click.option("--people", default=PEOPLE, help="Size of the demo company.")
@click.option("--seed", default=1, help="Another seed spoils other cells.")
@click.option("--landing", type=click.Choice(LANDINGS), multiple=True, default=LANDINGS)
def spoil(
    cells: int, tables: int, per_build: int, people: int, seed: int, landing: Sequence[str]
) -> None:
    """Spoil the source tables; exit with 1 if anything is lost or wrong in silence."""
    started = time.process_time()
    faults = 0
    with tempfile.TemporaryDirectory(prefix="dirt-") as folder:
        parsed = Path(folder) / "parsed"
        parsed.mkdir()
        with environment({SOURCES: "", FOLDER: str(parsed)}):
            for number, name in enumerate(landing):
                share = cells // len(landing) + (number < cells % len(landing))
                company = make_company(Path(folder) / name, name, people)
                faults += spoil_cells(company, share, per_build, seed)
                if tables and number == len(landing) - 1:
                    faults += spoil_tables(company, Path(folder) / "tables", tables, seed)
    click.echo(f"{faults} faults; {time.process_time() - started:.0f} CPU seconds")
    sys.exit(1 if faults else 0)


def spoil_cells(company: DirtCompany, cells: int, per_build: int, seed: int) -> int:
    """How many faults there are; all are printed, and what became of the others."""
    fates: Counter[str] = Counter()
    faults = 0
    with company.open() as connection:
        judge = Judge(company, connection)
        drawing = Drawing(connection, judge.groups, company.landing, seed)
        while cells > 0 and (mutations := drawing.draw(min(cells, per_build))):
            cells -= len(mutations)
            found = judge.judge(mutations)
            fates.update(verdict.fate for verdict in found.verdicts)
            faults += show_faults(company.landing, judge, mutations, found)
    for fate, count in fates.most_common():
        click.echo(f"{count:6} cells ({company.landing}) {fate}")
    return faults


def spoil_tables(company: DirtCompany, folder: Path, count: int, seed: int) -> int:
    """The same for columns and tables."""
    with company.open() as connection:
        builds = share_out(draw_changes(connection, count, seed))
    outcomes = [each for build in builds for each in try_changes(company, folder, build)]
    for outcome in outcomes:
        if outcome.fault:
            click.echo(f"FAULT {outcome.change.shown}: {outcome.fault}\n    {outcome.change.sql}")
    for fate, number in Counter(outcome.fate for outcome in outcomes).most_common():
        click.echo(f"{number:6} columns and tables: {fate}")
    return sum(outcome.fault is not None for outcome in outcomes)


def show_faults(landing: str, judge: Judge, mutations: Sequence[Mutation], found: Judgement) -> int:
    """Each with the change that brings it about."""
    for fault in found.faults:
        click.echo(f"FAULT ({landing}) {fault}")
        for mutation in smallest(judge, mutations, fault[:90]):
            click.echo(f"    {mutation.kind.name}: {mutation.statement}")
    wrong = [verdict for verdict in found.verdicts if verdict.fault]
    for verdict in wrong:
        click.echo(describe(landing, verdict))
    return len(found.faults) + len(wrong)


def describe(landing: str, verdict: Verdict) -> str:
    """Table, column, value before and after, the statement, and the first rows that differ."""
    mutation = verdict.mutation
    lines = [
        f"FAULT ({landing}) {verdict.fault}: {mutation.kind.name},"
        f" {mutation.table}.{mutation.column}, was {mutation.old!r}",
        f"    {mutation.statement}",
    ]
    for row in verdict.rows[:2]:
        lines.append(f"    {row.table} {'now' if row.is_new else 'before'}: {row.values}")
    return "\n".join(lines)


def smallest(judge: Judge, mutations: Sequence[Mutation], fault: str) -> Sequence[Mutation]:
    """As few of the mutations as bring the fault about, found by halving."""
    while len(mutations) > 1:
        middle = len(mutations) // 2
        halves = (mutations[:middle], mutations[middle:])
        wrong = (half for half in halves if _shows(judge, half, fault))
        found = next(wrong, None)
        if found is None:
            return mutations[:5]
        mutations = found
    return mutations


def _shows(judge: Judge, mutations: Sequence[Mutation], fault: str) -> bool:
    return any(each.startswith(fault) for each in judge.judge(mutations).faults)


if __name__ == "__main__":
    spoil()
