"""Small files: what grows past these wants to be two."""

from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Project

MODEL_LINES = 200
MACRO_LINES = 25


def models_are_short(project: Project) -> Iterator[Breach]:
    """A model has at most 200 lines without a stated reason."""
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
