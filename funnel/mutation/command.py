"""`funnel mutate`: plants mistakes in copies of the models and lists those that no test finds."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.mutation.draw import (
    Mutation,
    draw_mutations,
    find_mutations,
    key_of,
    share_out,
)
from funnel.mutation.judge import UnsoundError, Verdict
from funnel.mutation.report import (
    list_rows,
    markdown,
    percent_caught,
    read_explained,
    read_uncaught,
    scores,
    write_csv,
)
from funnel.mutation.run import try_mutations
from funnel.progress import show_step
from funnel.run_dbt import run_dbt

# A company of this size is built in a minute and has nearly every case of a large one.
PEOPLE, SEED, UNTIL = 1_500, 7, datetime(2026, 7, 1)


def mutate_models(
    database: Path | None,
    variables: Mapping[str, Any],
    count: int,
    seed: int,
    folders: Sequence[str],
    again: Path | None,
    least: float,
    processes: int,
    out: Path,
) -> int:
    """0 if enough is caught in each folder, 1 if not, 2 if nothing can be tried."""
    try:
        drawn = _choose(seed, folders, again)
        with TemporaryDirectory(prefix="funnel-mutation-") as name:
            built = _copy_or_build(database, Path(name), variables)
            shares = share_out(count, drawn) if not again else {k: len(drawn[k]) for k in drawn}
            verdicts = try_mutations(
                built, Path(name), variables, drawn, shares, processes, _Progress(shares)
            )
    except (ValueError, OSError, UnsoundError) as problem:
        click.echo(f"error: {problem}", err=True)
        return 2
    return _report(verdicts, least, out)


def _choose(seed: int, folders: Sequence[str], again: Path | None) -> dict[str, list[Mutation]]:
    drawn = find_mutations(read_uncaught(again)) if again else draw_mutations(seed)
    if unknown := set(folders) - drawn.keys():
        raise ValueError(f"no folder {min(unknown)}: choose of {', '.join(drawn)}")
    return {folder: drawn[folder] for folder in folders or drawn}


def _copy_or_build(database: Path | None, folder: Path, variables: Mapping[str, Any]) -> Path:
    """A database of our own; nothing is written to the one that is given."""
    built = folder / "start" / (database.name if database else "demo.duckdb")
    built.parent.mkdir()
    if database:
        shutil.copy(database, built)
        return built
    print(f"Building a demo company of {PEOPLE:,} people ...", file=sys.stderr, flush=True)
    generate(PEOPLE, SEED, UNTIL, folder / "demo")
    load(folder / "demo", built)
    without_tests = ("--exclude-resource-type", "unit_test", "test")
    if not run_dbt(["build", "--quiet", *without_tests], built, folder, variables).success:
        raise ValueError("the demo company does not build; the sentence above says why")
    return built


class _Progress:
    """Shows each mutation and its fate, as soon as it is known."""

    def __init__(self, shares: Mapping[str, int]) -> None:
        self._total = sum(shares.values())
        self._done = 0

    def __call__(self, verdict: Verdict) -> None:
        self._done += 1
        path, before, after = key_of(verdict.mutation)
        what = f"{verdict.fate} in {verdict.seconds:.1f} s, {path}: {before} -> {after}"
        show_step(f"  {self._done} of {self._total}: {what}")


def _report(verdicts: Sequence[Verdict], least: float, out: Path) -> int:
    rows = list_rows(verdicts, read_explained())
    write_csv(rows, out)
    page = out.with_suffix(".md")
    page.write_text(markdown(rows))
    click.echo(markdown(rows))
    click.echo(f"All mutations are listed in {out}, the uncaught ones in {page}.")
    return int(any(percent_caught(fates) < least for fates in scores(rows).values()))
