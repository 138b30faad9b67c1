"""Plants mutations in copies of a built demo, several at once, and collects the verdicts."""

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from funnel.mutation.draw import Mutation
from funnel.mutation.judge import Fate, Judge, Verdict
from funnel.mutation.project import Project, load_manifest

_JUDGE: Judge | None = None


def try_mutations(
    built: Path,
    folder: Path,
    variables: Mapping[str, Any],
    drawn: Mapping[str, Sequence[Mutation]],
    shares: Mapping[str, int],
    processes: int,
    progress: Callable[[Verdict], None],
) -> list[Verdict]:
    """The verdicts on the first mutations of each folder that the database understands.

    The database is a copy that nobody else writes to, in a temporary folder. The project is parsed
    once; each process inherits it and has a further copy of the database."""
    manifest = load_manifest(built, folder / "target", variables)
    with ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("fork"),
        _start_process,
        (built, folder, variables, manifest),
    ) as pool:
        return _collect(pool, drawn, shares, progress)


def _start_process(start: Path, folder: Path, variables: Mapping[str, Any], manifest: Any) -> None:
    global _JUDGE
    own = folder / str(multiprocessing.current_process().pid)
    _JUDGE = Judge(Project(start, own, variables, manifest))


def _try(mutation: Mutation) -> Verdict:
    assert _JUDGE is not None
    return _JUDGE.try_mutation(mutation)


def _collect(
    pool: ProcessPoolExecutor,
    drawn: Mapping[str, Sequence[Mutation]],
    shares: Mapping[str, int],
    progress: Callable[[Verdict], None],
) -> list[Verdict]:
    """For each one that can't be used the next one of its folder is tried."""
    queues = {folder: iter(mutations) for folder, mutations in drawn.items()}
    first = [next(queues[folder]) for folder, share in shares.items() for _ in range(share)]
    running: set[Future[Verdict]] = {pool.submit(_try, mutation) for mutation in first}
    verdicts = []
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for each in done:
            verdict = each.result()
            progress(verdict)
            verdicts.append(verdict)
            if verdict.fate == Fate.UNUSABLE:
                another = next(queues[verdict.mutation.folder], None)
                running |= {pool.submit(_try, another)} if another else set()
    return verdicts
