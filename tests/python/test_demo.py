"""The demo company: the same for everybody, written once, loaded once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from funnel.demo import generate as generator
from funnel.demo.generate import generate
from funnel.demo.load import load
from funnel.demo.schema import tables
from tests.python.demo_company import END, PEOPLE, Make


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file's content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_same_seed_gives_the_same_bytes(make: Make, tmp_path: Path) -> None:
    generate(PEOPLE, 7, END, tmp_path / "again", workers=1)
    assert bytes_of(tmp_path / "again") == bytes_of(make())


def test_another_seed_gives_another_company(make: Make) -> None:
    assert bytes_of(make(seed=8)) != bytes_of(make())


def test_the_number_of_workers_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "CHUNK_PEOPLE", 200)
    for workers in (1, 2):
        generate(PEOPLE, 7, END, tmp_path / str(workers), workers=workers)
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2")


def test_a_finished_generation_is_not_written_again(tmp_path: Path) -> None:
    assert generate(50, 1, END, tmp_path / "demo").is_new
    assert not generate(50, 1, END, tmp_path / "demo").is_new
    assert generate(50, 2, END, tmp_path / "demo").is_new


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        generate(50, 1, END, tmp_path)
    assert (tmp_path / "note.txt").read_text() == "mine"


@pytest.mark.parametrize("until", [datetime(2024, 1, 1), datetime(2026, 7, 1, 0, 0, 1)])
def test_a_moment_outside_the_history_is_refused(tmp_path: Path, until: datetime) -> None:
    with pytest.raises(ValueError, match="until"):
        generate(50, 1, until, tmp_path / "demo")


def test_loading_is_done_once(make: Make, tmp_path: Path) -> None:
    database = tmp_path / "warehouse" / "demo.duckdb"
    landed = [name for name in tables() if not name.startswith("truth.")]
    assert load(make(), database) == len(landed)
    assert load(make(), database) == 0
    with duckdb.connect(str(database)) as connection:
        found = connection.execute("select count(*) from salesforce.lead").fetchone()
    assert found is not None
    assert found[0] > 0


def test_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="funnel demo"):
        load(tmp_path / "nowhere", tmp_path / "demo.duckdb")
