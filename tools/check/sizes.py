"""Small files: what grows past these wants to be two."""

from collections.abc import Iterator

from tools.check.breach import Breach
from tools.check.project import Project

MODEL_LINES = 120
MACRO_LINES = 25
YML_LINES = 200
FREE_YML = "_staging__models.yml"


def models_are_short(project: Project) -> Iterator[Breach]:
    """A model has at most 120 lines."""
    for model in project.models():
        lines = len(model.text.splitlines())
        if lines > MODEL_LINES:
            what = f"has {lines} lines"
            yield Breach(model.name, model.path, what, f"split it: {MODEL_LINES} is the most")


def macros_are_short(project: Project) -> Iterator[Breach]:
    """A macro has about 25 lines at most (a warning)."""
    for macro in sorted(project.macros.values(), key=lambda macro: (macro.path, macro.name)):
        lines = len(macro.text.strip().splitlines())
        if lines > MACRO_LINES:
            what = f"has the macro {macro.name} of {lines} lines"
            yield Breach(macro.name, macro.path, what, f"see whether {MACRO_LINES} are enough")


def yml_files_are_short(project: Project) -> Iterator[Breach]:
    """A yml file has at most 200 lines; the one that lists staging's shapes is free."""
    for path, lines in project.yml_lines.items():
        if lines > YML_LINES and not path.endswith(f"/{FREE_YML}"):
            what = f"has {lines} lines"
            yield Breach(path, path, what, f"split it: {YML_LINES} is the most")
