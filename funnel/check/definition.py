"""One definition of a lead, one fact, and nothing that goes round them."""

from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Model, Project

FACT = "fct_lifecycle"
DEFINITION = "intermediate/definition"
DEFINITION_SEEDS = "lead_definition_"
LABEL_AGREEMENT = "label_agreement_counts"
# Where labels are held against the definition day by day. Nothing there gives anybody a stage.
DRIFT = "intermediate/drift"
SUBJECTS = {"lead", "leads", "journey", "journeys"}


def lead_counts_descend_from_the_fact(project: Project) -> Iterator[Breach]:
    """A mart that counts leads or journeys descends from fct_lifecycle, unless a dimension."""
    for model in project.models("marts"):
        counts = [column.name for column in model.columns if SUBJECTS & set(column.name.split("_"))]
        is_free = model.name == FACT or (
            model.is_in("marts/core") and model.name.startswith("dim_")
        )
        if counts and not is_free and FACT not in _ancestor_names(project, model):
            what = f"contains {counts[0]} but does not descend from {FACT}"
            yield Breach(model.name, model.path, what, f"count from {FACT} or fct_journeys")


def the_fact_descends_from_the_definition(project: Project) -> Iterator[Breach]:
    """fct_lifecycle exists, and descends from a model of the definition's folder."""
    facts = [model for model in project.models("marts") if model.name == FACT]
    if not facts:
        remedy = "restore it under this name, because every number descends from it"
        yield Breach(FACT, "models/marts/core", f"has no {FACT}", remedy)
    for fact in facts:
        above = (project.nodes[id] for id in project.ancestors(fact) if id in project.nodes)
        if not any(model.is_in(DEFINITION) for model in above):
            remedy = f"join it to the models of models/{DEFINITION}"
            yield Breach(fact.name, fact.path, "does not descend from the lead definition", remedy)


def only_the_definition_reads_its_seeds(project: Project) -> Iterator[Breach]:
    """Only the definition's folder and label_agreement_counts read the seeds lead_definition_*."""
    for model in project.models():
        if model.is_in(DEFINITION) or model.name.startswith(LABEL_AGREEMENT):
            continue
        for id in model.reads:
            seed = id.rpartition(".")[2]
            if id.startswith("seed.") and seed.startswith(DEFINITION_SEEDS):
                remedy = f"join to a model of models/{DEFINITION} instead"
                yield Breach(model.name, model.path, f"reads the seed {seed}", remedy)


def _ancestor_names(project: Project, model: Model) -> set[str]:
    return {id.rpartition(".")[2] for id in project.ancestors(model)}
