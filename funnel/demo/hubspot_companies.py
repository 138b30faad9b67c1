"""Lands HubSpot's companies and the history of their properties."""

from __future__ import annotations

import numpy as np

from funnel.demo import text as t
from funnel.demo.clock import I64, NEVER, Rng, happens
from funnel.demo.names import written_country
from funnel.demo.scene import Scene
from funnel.demo.touches import stream


def land_companies(scene: Scene) -> None:
    """One company for each account with a contact, as it is at the moment."""
    world, names, created = scene.world, scene.names, scene.world.company_created
    account, twins = np.arange(len(created)), scene.hubspot_twins
    values = {
        "id": scene.ids.company(account),
        "is_deleted": False,
        "_fivetran_deleted": False,
        "property_name": names.company,
        "property_domain": names.domain,
        "property_industry": names.industry,
        "property_country": written_country(world, "companies", world.accounts.country),
        "property_numberofemployees": scene.employees_now(account),
        "property_annualrevenue": _revenue(world.sizes.first, stream(world, "revenue")),
        "property_hs_merged_object_ids": t.only(
            scene.lander.by_now(twins.merged), t.digits(scene.ids.lost_company(account))
        ),
        "property_createdate": created,
    }
    changes = [world.sizes.changed, twins.merged]
    scene.lander.land("hubspot.company", created, values, changes=changes)
    _land_twins(scene)
    _land_histories(scene)


def _land_twins(scene: Scene) -> None:
    """Second records without a domain; of every other one even the row is gone."""
    twins, names = scene.hubspot_twins, scene.names
    account = np.flatnonzero(twins.exists).astype(np.int64)
    created, merged = twins.created[account], twins.merged[account]
    values = {
        "id": scene.ids.lost_company(account),
        "is_deleted": scene.lander.by_now(merged),
        "_fivetran_deleted": scene.lander.by_now(merged),
        "property_name": t.repeat(names.company, account),
        "property_createdate": created,
    }
    vanished = np.where(account % 2 == 0, merged, NEVER)
    scene.lander.land("hubspot.company", created, values, deleted=merged, vanished=vanished)


def _revenue(employees: I64, rng: Rng) -> I64:
    per_head = rng.integers(60, 200, len(employees)) * 1000
    return np.where(employees >= 0, employees * per_head, -1)


def _land_histories(scene: Scene) -> None:
    """Every number of employees, and a little of what nobody asks for."""
    names, created = scene.names, scene.world.company_created
    sizes, account = scene.world.sizes, np.arange(len(created))
    known = account[happens(created) & (sizes.first >= 0)]
    changed = account[happens(sizes.changed)]
    size = "numberofemployees"
    _land_history(scene, size, known, created[known], t.digits(sizes.first[known]))
    _land_history(scene, size, changed, sizes.changed[changed], t.digits(sizes.later[changed]))
    some = account[happens(created) & (account % 8 == 0)]
    _land_history(scene, "industry", some, created[some], t.repeat(names.industry, some))
    _land_history(scene, "name", some, created[some], t.repeat(names.company, some))


def _land_history(scene: Scene, name: str, account: I64, at: I64, value: t.Text) -> None:
    values = {
        "company_id": scene.ids.company(account),
        "name": name,
        "source": t.either(at > scene.world.company_created[account], "CRM_UI", "IMPORT"),
        "value": value,
        "timestamp": at,
    }
    scene.lander.land("hubspot.company_property_history", at, values)
