"""Builds the landed tables of one chunk, and those that exist once for the company."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from funnel.demo import (
    hubspot_companies,
    hubspot_people,
    hubspot_sales,
    hubspot_touches,
    salesforce_people,
    salesforce_sales,
)
from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.ads import land_ads
from funnel.demo.drifts import drifted, land_drifts
from funnel.demo.invoices import land_billing
from funnel.demo.land_truth import land_truth
from funnel.demo.landing import Lander
from funnel.demo.reference import land_reference
from funnel.demo.scene import Scene, scene_of
from funnel.demo.support import land_support
from funnel.demo.synced_deals import land_synced_deals
from funnel.demo.unusable import land_unusable
from funnel.demo.world import draw_world

Tables = dict[str, pa.Table]
COMPANY_CHUNK = 2**31 - 1


def _tables(lander: Lander) -> Tables:
    return {name: pa.concat_tables(parts) for name, parts in lander.tables.items()}


def land_scene(scene: Scene) -> None:
    """Every system's view of one chunk, and the truth."""
    hubspot_companies.land_companies(scene)
    hubspot_people.land_contacts(scene)
    hubspot_touches.land_touches(scene)
    hubspot_sales.land_sales(scene)
    salesforce_people.land_people(scene)
    salesforce_sales.land_sales(scene)
    land_billing(scene)
    land_support(scene)
    land_truth(scene)


def build_chunk(
    seed: int, chunk: int, people: int, until: int, is_quiet: bool, looks: tuple[int, ...]
) -> Tables:
    """The same for the same arguments, on any machine and in any order."""
    lander = Lander(seed, chunk, until, is_quiet)
    scene = scene_of(drifted(draw_world(seed, chunk, people), lander), lander, looks)
    land_scene(scene)
    if chunk == 0:
        land_unusable(scene)
    land_synced_deals(scene)
    return _tables(scene.lander)


def build_company(seed: int, people: int, until: int, is_quiet: bool) -> Tables:
    """What exists once: reps, forms, prices, ads, and the parameters of the draw."""
    lander = Lander(seed, COMPANY_CHUNK, until, is_quiet)
    land_reference(lander)
    land_ads(lander, people)
    _land_rates(lander)
    land_drifts(lander)
    generation = {"people": people, "seed": seed, "until": np.array([until])}
    lander.land("truth.generation", np.array([0]), generation)
    return _tables(lander)


def _land_rates(lander: Lander) -> None:
    """From each stage to the next; the last three all start from customer."""
    for stage, rate in s.RATE.items():
        before = s.STAGES[min(s.STAGES.index(stage) - 1, s.STAGES.index("customer"))]
        count = len(s.SEGMENTS)
        values = {
            "segment": t.pick(s.SEGMENTS, np.arange(count)),
            "from_stage": before,
            "to_stage": stage,
            "rate": rate,
            "median_days": s.MEDIAN_DAYS[stage],
        }
        lander.land("truth.rates", np.zeros(count, dtype=np.int64), values)
