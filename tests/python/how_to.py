"""Reads the changes and commands of a page, and makes the changes in a copy of the project."""

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"(?P<before>(?:[^\n]+\n)*)\n?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
CHANGE = re.compile(r"(?P<verb>Append to|Replace in|Create)\s+`(?P<path>[^`]+)`:\s*\Z")


@dataclass(frozen=True)
class Change:
    """One change of a file: append text, create the file, or replace the old text."""

    verb: str
    path: str
    text: str
    old: str = ""


@dataclass(frozen=True)
class Page:
    changes: tuple[Change, ...]
    commands: tuple[str, ...]
    setup: tuple[str, ...]
    queries: tuple[str, ...]


def read_page(text: str) -> Page:
    """Every change, command and query of a page; a block that is none of them is a fault."""
    changes: list[Change] = []
    texts: dict[str, list[str]] = {"sh": [], "create": [], "select": []}
    waiting: tuple[str, str] | None = None
    for block in BLOCK.finditer(text):
        before, kind, body = block["before"].strip(), block["kind"], block["text"]
        named = CHANGE.search(before)
        if before.endswith("with:") and waiting:
            changes.append(Change("Replace in", waiting[0], body, waiting[1]))
            waiting = None
        elif named and named["verb"] == "Replace in":
            waiting = (named["path"], body)
        elif named:
            changes.append(Change(named["verb"], named["path"], body))
        else:
            word = "sh" if kind == "sh" else body.split()[0]
            texts[word].extend(body.splitlines() if kind == "sh" else [body])
    assert waiting is None, f"{waiting} is replaced with nothing"
    return Page(tuple(changes), tuple(texts["sh"]), tuple(texts["create"]), tuple(texts["select"]))


def apply_change(change: Change, project: Path) -> None:
    path = project / change.path
    if change.verb == "Create":
        assert not path.exists(), f"{change.path} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change.text)
        return
    found = path.read_text()
    if change.verb == "Append to":
        path.write_text(found + change.text)
        return
    assert found.count(change.old) == 1, f"{change.path} does not have once:\n{change.old}"
    path.write_text(found.replace(change.old, change.text))
