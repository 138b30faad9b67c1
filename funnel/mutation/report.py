"""The verdicts as figures by folder and as a list, to read and to sort."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from funnel.mutation.draw import Key, key_of
from funnel.mutation.judge import Fate, Verdict
from funnel.places import ROOT

EXPLAINED = Path(__file__).with_name("explained.csv")
COLUMNS = ("folder", "fate", "by", "file", "line", "kind", "before", "after", "seconds", "reason")


def read_explained(path: Path = EXPLAINED) -> dict[Key, str]:
    """Mutations that nobody would notice, each with the reason."""
    with path.open(newline="") as file:
        return {
            (row["file"], row["before"], row["after"]): row["reason"]
            for row in csv.DictReader(file)
        }


def read_uncaught(path: Path) -> set[Key]:
    """Those that an earlier list shows as not caught."""
    with path.open(newline="") as file:
        return {
            (row["file"], row["before"], row["after"])
            for row in csv.DictReader(file)
            if row["fate"] in (Fate.SURVIVED, Fate.NO_DIFFERENCE)
        }


def list_rows(verdicts: Iterable[Verdict], explained: dict[Key, str]) -> list[dict[str, str]]:
    """One row per mutation, sorted by place."""
    rows = []
    for verdict in sorted(
        verdicts, key=lambda each: (each.mutation.path, each.mutation.edit.start)
    ):
        path, before, after = key_of(verdict.mutation)
        reason = "" if verdict.fate == Fate.CAUGHT else explained.get((path, before, after), "")
        text = (ROOT / path).read_text()
        values = (
            *(verdict.mutation.folder, str(verdict.fate), verdict.by, path),
            *(str(verdict.mutation.line(text)), verdict.mutation.edit.kind, before, after),
            *(f"{verdict.seconds:.1f}", reason),
        )
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def _place(verdict: Verdict) -> tuple[str, int]:
    return verdict.mutation.path, verdict.mutation.edit.start


def write_csv(rows: Sequence[dict[str, str]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def scores(rows: Iterable[dict[str, str]]) -> dict[str, Counter[str]]:
    """For each folder, how many mutations met which fate; explained ones are one more fate."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["fate"] != Fate.UNUSABLE:
            found[row["folder"]]["explained" if row["reason"] else row["fate"]] += 1
    return found


def percent_caught(fates: Counter[str]) -> float:
    """Of those with an effect (a table differs, or a test fails), but for explained ones."""
    counted = fates[Fate.CAUGHT] + fates[Fate.SURVIVED]
    return 100 * fates[Fate.CAUGHT] / counted if counted else 100.0


def markdown(rows: Sequence[dict[str, str]]) -> str:
    """The figures, and each mutation that was neither caught nor explained."""
    by_folder = scores(rows)
    total: Counter[str] = sum(by_folder.values(), Counter())
    lines = [
        "| folder | planted | caught | survived | no difference | explained | percent caught |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(_score_line(folder, fates) for folder, fates in sorted(by_folder.items())),
        _score_line("all", total),
        "",
        "| fate | place | before | after | what differs |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        if row["fate"] in (Fate.SURVIVED, Fate.NO_DIFFERENCE) and not row["reason"]:
            place = f"{row['file']}:{row['line']}"
            cells = (row["fate"], place, _code(row["before"]), _code(row["after"]), row["by"])
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _score_line(folder: str, fates: Counter[str]) -> str:
    counts = (fates[Fate.CAUGHT], fates[Fate.SURVIVED], fates[Fate.NO_DIFFERENCE])
    cells = (folder, fates.total(), *counts, fates["explained"], f"{percent_caught(fates):.0f}")
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _code(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`"
