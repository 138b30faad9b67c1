"""Small files: what grows past these wants to be two."""

from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Project

MODEL_LINES = 200
MACRO_LINES = 25
SQL_COLUMNS = 100
QUERIES = ("models/", "tests/", "analyses/")


def models_are_short(project: Project) -> Iterator[Breach]:
    """A model has at most 200 lines without a stated reason."""
    for model in project.models():
        lines = len(model.text.splitlines())
        if lines > MODEL_LINES:
            what = f"has {lines} lines"
            yield Breach(model.name, model.path, what, f"split it: {MODEL_LINES} is the most")


def sql_lines_are_short(project: Project) -> Iterator[Breach]:
    """A line of a model, test or analysis has at most 100 characters."""
    for path, text in sorted(project.texts.items()):
        if not (path.startswith(QUERIES) and path.endswith(".sql")):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if len(line) > SQL_COLUMNS:
                what = f"has {len(line)} characters in line {number}"
                name = path.rpartition("/")[2].removesuffix(".sql")
                yield Breach(name, path, what, f"break the line: {SQL_COLUMNS} are the most")


def macros_are_short(project: Project) -> Iterator[Breach]:
    """A macro has about 25 lines at most (a warning)."""
    for macro in sorted(project.macros.values(), key=lambda macro: (macro.path, macro.name)):
        lines = len(macro.text.strip().splitlines())
        if lines > MACRO_LINES:
            what = f"has the macro {macro.name} of {lines} lines"
            yield Breach(macro.name, macro.path, what, f"see whether {MACRO_LINES} are enough")
