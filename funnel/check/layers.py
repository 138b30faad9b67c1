"""Data flows down only: who may read whom."""

import re
from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Model, Project

UNION = "union_sources"
# All rows of an entity, also where a loop names it: ref('int_' ~ entity ~ '_rows_checked').
CHECKED_ROWS = re.compile(r"""\bref\(\s*["'](int_[^()]*_rows_checked)["']\s*\)""")
USABLE_ROWS = re.compile(r"\busable_rows\(\s*ref\([^()]*\)\s*\)")
# Rows chosen or counted by their reason; a column that is only shown chooses nothing.
CHOICE_OF_ROWS = re.compile(
    r"\breason_code\s*(?:\b(?:is|in|not)\b|=|!=|<>)"
    r"|\bgroup by\b(?:(?!\border by\b).)*\breason_code",
    re.DOTALL,
)
LAYERS = ("staging", "intermediate", "history", "marts")


def only_staging_reads_sources(project: Project) -> Iterator[Breach]:
    """source() is called in staging alone, directly or by way of a macro."""
    readers = {id for id, macro in project.macros.items() if "source(" in macro.code}
    for model in project.models():
        if model.is_in("staging"):
            continue
        sources = [id.split(".", 2)[2] for id in model.reads if id.startswith("source.")]
        macros = [project.macros[id].name for id in project.used_macros(model) & readers]
        for way in [*sources, *(f"the macro {name}" for name in sorted(macros))]:
            yield _breach(model, f"reads a source ({way})", "read the staging model instead")


def staging_reads_only_its_own_system(project: Project) -> Iterator[Breach]:
    """A staging model reads sources, seeds, and base_ models of its own folder."""
    for model in project.models("staging"):
        for read in project.read_models(model):
            if not (read.name.startswith("base_") and read.folder == model.folder):
                remedy = "read sources, seeds, or base_ models of the same folder"
                yield _breach(model, f"reads {read.name}", remedy)


def only_the_union_reads_staging(project: Project) -> Iterator[Breach]:
    """An intermediate model reads staging only in row_checks/, through the macro union_sources."""
    for model in project.models("intermediate"):
        used = {project.macros[id].name for id in project.used_macros(model) & set(project.macros)}
        if model.is_in("intermediate/row_checks") and UNION in used:
            continue
        for read in project.read_models(model):
            if read.is_in("staging"):
                yield _breach(model, f"reads {read.name}", "read its int_..._rows_checked instead")


def intermediate_reads_core_marts_only(project: Project) -> Iterator[Breach]:
    """An intermediate model reads no mart but those of marts/core: data flows down only."""
    for model in project.models("intermediate"):
        for read in project.read_models(model):
            if read.is_in("marts") and not read.is_in("marts/core"):
                remedy = "read intermediate models, marts/core or seeds"
                yield _breach(model, f"reads the mart {read.name}", remedy)


def marts_never_read_staging(project: Project) -> Iterator[Breach]:
    """A mart reads intermediate models, marts and seeds."""
    for model in project.models("marts"):
        for read in project.read_models(model):
            if read.is_in("staging"):
                yield _breach(model, f"reads {read.name}", "read an intermediate model or a mart")


def unusable_rows_are_left_out(project: Project) -> Iterator[Breach]:
    """A model that reads int_..._rows_checked takes usable_rows(...), or chooses by reason_code."""
    for model in project.models():
        # Between two empty lines of a query.
        for part in re.split(r"\n\s*\n", USABLE_ROWS.sub("", model.code)):
            _, *reads = CHECKED_ROWS.split(part)
            for name, rest in zip(reads[::2], reads[1::2], strict=True):
                if not CHOICE_OF_ROWS.search(rest):
                    what = f"reads the unusable rows of {name}, too"
                    remedy = "write usable_rows(ref(...)), or choose by reason_code"
                    yield _breach(model, what, remedy)


def every_model_is_in_a_layer(project: Project) -> Iterator[Breach]:
    """A model is in a folder of models/staging, intermediate or marts, or in models/history."""
    for model in project.models():
        parts = model.path.split("/")
        depth = 3 if parts[1] == "history" else 4
        if len(parts) != depth or parts[1] not in LAYERS:
            remedy = f"put it into a folder of models/{', models/'.join(LAYERS)}"
            yield _breach(model, "stands outside the layers", remedy)


def _breach(model: Model, what: str, remedy: str) -> Breach:
    return Breach(model.name, model.path, what, remedy)
