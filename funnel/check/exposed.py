"""Who reads what is published: an exposure names published tables, and an owner that exists."""

from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Model, Project

# The key of a mart's meta that says why nobody reads it outside of the warehouse.
REASON = "no_exposure"


def exposures_read_published_tables(project: Project) -> Iterator[Breach]:
    """An exposure names marts that are published, and no others."""
    for exposure in project.exposures:
        for id in exposure.reads:
            model = project.nodes.get(id)
            if model is None or not model.is_in("marts") or REASON in model.meta:
                what = f"the exposure {exposure.name} reads {id.rpartition('.')[2]}"
                remedy = "name published tables only: marts without meta no_exposure"
                yield Breach(exposure.name, exposure.path, what, remedy)


def every_published_table_is_in_an_exposure(project: Project) -> Iterator[Breach]:
    """Every mart is read by an exposure, or its meta no_exposure gives the reason why by none."""
    read = {id for exposure in project.exposures for id in exposure.reads}
    for model in project.models("marts"):
        if model.id not in read and not _reason(model):
            remedy = (
                "add it to an exposure in models/_exposures.yml, or say why in meta no_exposure"
            )
            yield Breach(model.name, model.path, "is in no exposure", remedy)


def exposures_have_owners_that_exist(project: Project) -> Iterator[Breach]:
    """The owner of an exposure is the owner of a group, or a team of the seed teams."""
    teams = {row["team_name"] for row in project.seeds["teams"].rows} if project.seeds else set()
    for exposure in project.exposures:
        if exposure.owner not in project.owners | teams or not exposure.has_address:
            what = f"the exposure {exposure.name} has the owner {exposure.owner or 'nobody'}"
            remedy = (
                "name an owner of models/_groups.yml or a team of seeds/teams.csv, and an email"
            )
            yield Breach(exposure.name, exposure.path, what, remedy)


def _reason(model: Model) -> str:
    return str(model.meta.get(REASON, "")).strip()
