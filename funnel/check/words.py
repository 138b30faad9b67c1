"""Names and texts use the field's words: CTEs are nouns, and a list of old words stays out."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from funnel.check.breach import Breach
from funnel.check.project import Project

FILE = Path(__file__).with_name("words.csv")
CTE = re.compile(r"^(?:with )?(\w+) as \($", re.MULTILINE)
# Participles that do not end in "ed"; a name of one such word does not say which rows it holds.
IRREGULAR = re.compile(
    "built|cut|drawn|found|given|held|kept|known|left|lost|made|met|paid|put|read|said|seen|sent|set"
    "|shown|spent|split|taken|told|won"
)
NOUNS = {"feed", "need", "seed", "speed"}


@dataclass(frozen=True)
class Word:
    """A pattern of words that texts avoid, what to write instead, and where it is allowed."""

    pattern: re.Pattern[str]
    instead: str
    reason: str
    allowed: tuple[str, ...]

    def found_in(self, path: str, text: str) -> re.Match[str] | None:
        """The first place where the text has the word; none where the path may have it."""
        return None if path.startswith(self.allowed) else self.pattern.search(text)


@cache
def read_words(file: Path = FILE) -> tuple[Word, ...]:
    with file.open(newline="") as lines:
        return tuple(
            Word(
                re.compile(rf"\b(?:{row['pattern']})\b", re.IGNORECASE),
                row["instead"],
                row["reason"],
                tuple(row["not_in"].split()),
            )
            for row in csv.DictReader(lines)
        )


def ctes_are_named_by_nouns(project: Project) -> Iterator[Breach]:
    """A CTE is named for the rows it holds, not by a single participle (counted, told, placed)."""
    for model in project.models():
        for name in CTE.findall(model.code):
            if name != model.name and _is_participle(name):
                remedy = "name the rows that it holds"
                yield Breach(model.name, model.path, f"has the CTE {name}", remedy)


def old_words_stay_out(project: Project) -> Iterator[Breach]:
    """The words of words.csv are in no model, macro, seed, test, message or page."""
    for path, text in project.texts.items():
        for word in read_words():
            found = word.found_in(path, text)
            if found:
                line = text.count("\n", 0, found.start()) + 1
                what = f'says "{found.group()}" in line {line}'
                yield Breach(path, path, what, f"write {word.instead}: {word.reason}")


def _is_participle(name: str) -> bool:
    return name not in NOUNS and bool(re.fullmatch("[a-z]+ed", name) or IRREGULAR.fullmatch(name))
