"""Data flows down only: who may read whom."""

import re
from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Model, Project

UNION = "union_sources"
# A part of a query between two empty lines that reads all rows of an entity.
CHECKED_ROWS = re.compile(r"ref\('(int_\w+_rows_checked)'\)")
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
        for part in re.split(r"\n\s*\n", model.code):
            found = CHECKED_ROWS.search(part)
            if found and "usable_rows(" not in part and "reason_code" not in part:
                what = f"reads the unusable rows of {found[1]}, too"
                yield _breach(model, what, "write usable_rows(ref(...)), or choose by reason_code")


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
