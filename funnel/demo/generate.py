"""Draws the company chunk by chunk and writes it in one go."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq

from funnel.demo.chunks import Tables, build_chunk, build_company
from funnel.demo.clock import END, START
from funnel.demo.schema import arrow_schema, tables
from funnel.demo.settings import CHUNK_PEOPLE

GENERATION_FILE = "generation.json"
MOST_WORKERS = 4


@dataclass(frozen=True)
class Generation:
    """What decides every byte of the data."""

    people: int
    seed: int
    until: str
    code: str
    is_quiet: bool = False
    looks: str = ""
    """Earlier moments at which the company's systems were read; of them only the truth knows."""


@dataclass(frozen=True)
class Summary:
    """What was written; no rows at all if the folder held it already."""

    people: int
    rows: int
    files: int
    is_new: bool


def fingerprint() -> str:
    """A hash of this package's code."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def read_generation(folder: Path) -> Generation | None:
    """What the folder holds, if it was written to the end."""
    path = folder / GENERATION_FILE
    if not path.is_file():
        return None
    return Generation(**json.loads(path.read_text()))


class Writer:
    """One parquet file for each table, a row group for each chunk."""

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self.files = {name: self._open(folder, name) for name in tables()}

    @staticmethod
    def _open(folder: Path, table: str) -> pq.ParquetWriter:
        system, name = table.split(".")
        path = folder / system / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        return pq.ParquetWriter(path, arrow_schema(table), compression="zstd")

    def write(self, chunk: Tables) -> None:
        """Append one chunk."""
        for name, rows in chunk.items():
            if rows.num_rows:
                self.files[name].write_table(rows)
                self.rows += rows.num_rows

    def close(self) -> None:
        """Finish all files."""
        for file in self.files.values():
            file.close()


def _sizes(people: int) -> list[int]:
    whole, rest = divmod(people, CHUNK_PEOPLE)
    return [CHUNK_PEOPLE] * whole + ([rest] if rest else [])


def _parallel(
    wanted: Generation, sizes: list[int], moments: tuple[int, ...], workers: int
) -> Iterator[Tables]:
    """Chunks in order, with only a few of them in memory at a time."""
    waiting: deque[Future[Tables]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for chunk, people in enumerate(sizes):
            waiting.append(pool.submit(build_chunk, *_arguments(wanted, chunk, people, moments)))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunks(wanted: Generation, moments: tuple[int, ...], workers: int) -> Iterator[Tables]:
    sizes = _sizes(wanted.people)
    if min(workers, len(sizes)) > 1:
        yield from _parallel(wanted, sizes, moments, min(workers, len(sizes)))
        return
    for chunk, count in enumerate(sizes):
        yield build_chunk(*_arguments(wanted, chunk, count, moments))


def _arguments(
    wanted: Generation, chunk: int, people: int, moments: tuple[int, ...]
) -> tuple[int, int, int, int, bool, tuple[int, ...]]:
    stop, *looks = moments
    return wanted.seed, chunk, people, stop, wanted.is_quiet, tuple(looks)


def moment(until: datetime) -> int:
    """The moment in seconds; it must lie within the history."""
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    found = int(aware.timestamp())
    if not START < found <= END:
        raise ValueError(f"until must lie after 2024-01-01 and not after 2026-07-01, not {until}")
    return found


def generate(
    people: int,
    seed: int,
    until: datetime,
    out: Path | str,
    *,
    is_quiet: bool = False,
    looks: Sequence[datetime] = (),
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Write the company to a folder, unless it is there already."""
    if people < 1:
        raise ValueError("people must be at least 1")
    folder, stop = Path(out), moment(until)
    seen = tuple(sorted(moment(look) for look in looks))
    if seen and seen[-1] > stop:
        raise ValueError("a look at the systems must not lie after until")
    told = " ".join(map(_iso, seen))
    wanted = Generation(people, seed, _iso(stop), fingerprint(), is_quiet, told)
    if read_generation(folder) == wanted:
        return Summary(people, 0, len(tables()), is_new=False)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        half = Path(scratch) / "data"
        rows = _write(wanted, (stop, *seen), half, workers or os.cpu_count() or 1, progress)
        _swap(half, folder)
    return Summary(people, rows, len(tables()), is_new=True)


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _write(
    wanted: Generation,
    moments: tuple[int, ...],
    half: Path,
    workers: int,
    progress: Callable[[int, int], None],
) -> int:
    writer, total = Writer(half), len(_sizes(wanted.people))
    try:
        writer.write(build_company(wanted.seed, wanted.people, moments[0], wanted.is_quiet))
        chunks = _chunks(wanted, moments, min(workers, MOST_WORKERS))
        for done, chunk in enumerate(chunks, 1):
            writer.write(chunk)
            progress(done, total)
    finally:
        writer.close()
    (half / GENERATION_FILE).write_text(json.dumps(asdict(wanted), indent=2) + "\n")
    return writer.rows


def _swap(half: Path, folder: Path) -> None:
    """Put the finished folder where an older generation may stand."""
    if folder.exists():
        if any(folder.iterdir()) and read_generation(folder) is None:
            raise FileExistsError(f"{folder} holds something else; remove it or choose another")
        shutil.rmtree(folder)
    half.rename(folder)
