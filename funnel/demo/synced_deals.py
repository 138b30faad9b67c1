"""Lands deals sold in Salesforce that a sync has put into HubSpot, too.

HubSpot's copy names the opportunity. Most copies agree with it; in some, somebody changed the
amount, the currency or the day of the close in HubSpot alone, or the win has not come over. A few
of HubSpot's own deals name an opportunity of a Salesforce that was given up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import DAY, I64, NEVER, Flags, happens, when
from funnel.demo.deals import LOST_STAGE, WON_STAGE
from funnel.demo.hubspot_sales import (
    KINDS,
    OPEN_END,
    PRIMARY_TYPE,
    amount,
    close_date,
    deal_id,
    deal_name,
    expected_close,
    names_lost_opportunity,
    stage_now,
)
from funnel.demo.names import currency, owner_number
from funnel.demo.reference import HUBSPOT_STAGES, PORTAL
from funnel.demo.salesforce_people import opportunity_id
from funnel.demo.scene import Scene, latest
from funnel.demo.touches import stream
from funnel.demo.working import OWNER_BASE

COPY_NUMBER = 1_000_000
SYNCED_AFTER = 600
MORE, LATER = 500, 35 * DAY
ALIKE, OTHER_AMOUNT, OTHER_CURRENCY, OTHER_DAY, STILL_OPEN = range(5)
CATEGORIES = ("none", "mismatch", "currency", "timing", "outcome", "deleted", "missing")


@dataclass(frozen=True)
class Copies:
    """One row a copy: the deal, what is different in HubSpot, and the copy's stages."""

    row: I64
    kind: I64
    step_copy: I64
    step_stage: I64
    step_entered: I64
    step_left: I64


def copies_of(scene: Scene) -> Copies:
    """The deals that HubSpot has, too, with a company there."""
    world, deals = scene.world, scene.world.deals
    dice = stream(world, "synced deals").random(len(deals))
    known = np.where(deals.account >= 0, world.company_created[deals.account], NEVER)
    fits = deals.in_salesforce & ~deals.is_late & ~deals.closes_at_once & happens(deals.created)
    row = np.flatnonzero(fits & (known < deals.created) & (dice < s.SYNCED_DEAL_SHARE))
    kind = _kinds(scene, row)
    steps = world.steps
    place = np.full(len(deals), -1)
    place[row] = np.arange(len(row))
    steps = steps.take(place[steps.deal] >= 0)
    copy = place[steps.deal]
    stays = ~((steps.stage >= WON_STAGE) & (kind[copy] == STILL_OPEN))
    copy, stage, entered = copy[stays], steps.stage[stays], steps.entered[stays]
    later = (stage == WON_STAGE) & (kind[copy] == OTHER_DAY)
    entered = np.where(later, entered + LATER, np.maximum(entered, deals.created[row][copy] + 600))
    same = np.append(copy[1:] == copy[:-1], False)[: len(copy)]
    following = np.append(entered[1:], NEVER)[: len(copy)]
    return Copies(row, kind, copy, stage, entered, np.where(same, following, NEVER))


def _kinds(scene: Scene, row: I64) -> I64:
    """Days and wins differ only where there is a win that stands; currencies where not dollars."""
    deals = scene.world.deals
    kind = stream(scene.world, "kinds of copies").integers(0, 8, len(deals))[row]
    kind = np.where(kind > STILL_OPEN, ALIKE, kind)
    simple = deals.is_won[row] & (deals.reopened[row] == NEVER)
    kind = np.where(~simple & np.isin(kind, (OTHER_DAY, STILL_OPEN)), ALIKE, kind)
    foreign = deals.currency[row] != 0
    return np.where(~foreign & (kind == OTHER_CURRENCY), ALIKE, kind)


def copy_id(scene: Scene, copies: Copies) -> I64:
    """The id of a copy in HubSpot."""
    return np.asarray(deal_id(scene, copies.row) + COPY_NUMBER)


def _amount(scene: Scene, copies: Copies, seats: I64) -> I64:
    return amount(scene, copies.row, seats) + np.where(copies.kind == OTHER_AMOUNT, MORE, 0)


def _stage_now(scene: Scene, copies: Copies) -> I64:
    count = len(copies.row)
    until = scene.lander.until
    return latest(copies.step_copy, copies.step_entered, copies.step_stage, count, until)


def _currency(scene: Scene, copies: Copies) -> I64:
    own = scene.world.deals.currency[copies.row]
    return np.where(copies.kind == OTHER_CURRENCY, 0, own)


def _land_deals(scene: Scene, copies: Copies) -> None:
    lander, deals = scene.lander, scene.world.deals
    part, stage = deals.take(copies.row), np.maximum(_stage_now(scene, copies), 0)
    closed = np.where(copies.kind == OTHER_DAY, part.closed + LATER, close_date(scene, copies.row))
    guess = expected_close(scene)[copies.row]
    is_open = (stage < WON_STAGE) & np.isin(copies.kind, (OTHER_DAY, STILL_OPEN))
    created = part.created + SYNCED_AFTER
    values = {
        "deal_id": copy_id(scene, copies),
        "is_deleted": False,
        "_fivetran_deleted": False,
        "deal_pipeline_id": "default",
        "deal_pipeline_stage_id": t.pick([x[0] for x in HUBSPOT_STAGES], stage),
        "owner_id": OWNER_BASE + owner_number(part.account, np.maximum(part.human, 0)),
        "portal_id": PORTAL,
        "property_dealname": deal_name(scene, copies.row),
        "property_dealtype": t.pick(KINDS, part.kind),
        "property_amount": _amount(scene, copies, deals.seats_at(lander.until)),
        "property_deal_currency_code": currency(_currency(scene, copies)),
        "property_hs_salesforceopportunityid": opportunity_id(scene, copies.row),
        "property_closedate": np.where(is_open, guess, closed),
        "property_createdate": created,
    }
    last = np.zeros(len(created), dtype=np.int64)
    seen = copies.step_entered < lander.until
    np.maximum.at(last, copies.step_copy[seen], copies.step_entered[seen])
    lander.land("hubspot.deal", created, values, changes=[last, part.resized])


def _land_stages(scene: Scene, copies: Copies) -> None:
    entered, left = copies.step_entered, copies.step_left
    over = left < scene.lander.until
    shared = {
        "deal_id": copy_id(scene, copies)[copies.step_copy],
        "source": "SALESFORCE",
        "value": t.pick([x[0] for x in HUBSPOT_STAGES], copies.step_stage),
    }
    stages = shared | {
        "date_entered": entered,
        "_fivetran_active": ~over,
        "_fivetran_start": entered,
        "_fivetran_end": np.where(over, left, OPEN_END),
    }
    scene.lander.land("hubspot.deal_stage", entered, stages, changes=[left])
    history = shared | {"name": "dealstage", "timestamp": entered}
    scene.lander.land("hubspot.deal_property_history", entered, history)


def _land_amounts(scene: Scene, copies: Copies) -> None:
    deals = scene.world.deals
    for at, seats in (
        (deals.created[copies.row] + SYNCED_AFTER, deals.first_seats),
        (deals.resized[copies.row], deals.seats),
    ):
        values = {
            "deal_id": copy_id(scene, copies),
            "name": "amount",
            "source": "SALESFORCE",
            "value": t.digits(_amount(scene, copies, seats)),
            "timestamp": at,
        }
        scene.lander.land("hubspot.deal_property_history", at, values)


def _land_links(scene: Scene, copies: Copies) -> None:
    deals = scene.world.deals
    created = deals.created[copies.row] + SYNCED_AFTER
    human = deals.human[copies.row]
    known = (human >= 0) & ~deals.is_contactless[copies.row]
    linked = when(known & happens(scene.in_hubspot[human]), created)
    for table, column, number, kind, at in (
        ("company", "company_id", scene.ids.company(deals.account[copies.row]), 5, created),
        ("contact", "contact_id", scene.ids.contact(human), PRIMARY_TYPE, linked),
    ):
        values = {
            "deal_id": copy_id(scene, copies),
            column: number,
            "type_id": kind,
            "category": "HUBSPOT_DEFINED",
            "_fivetran_deleted": False,
        }
        scene.lander.land(f"hubspot.deal_{table}", at, values)


def _month(times: I64) -> I64:
    return np.asarray(times.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64))


def categories(scene: Scene, copies: Copies) -> I64:
    """Why the two records disagree at the moment on what is won or open, as in CATEGORIES."""
    deals, lander = scene.world.deals, scene.lander
    steps = scene.world.steps
    own = latest(steps.deal, steps.entered, steps.stage, len(deals), lander.until)[copies.row]
    copied = _stage_now(scene, copies)
    other_outcome: Flags = np.maximum(own, WON_STAGE - 1) != np.maximum(copied, WON_STAGE - 1)
    later = (copied == WON_STAGE) & (copies.kind == OTHER_DAY)
    closed = deals.closed[copies.row]
    later &= _month(np.where(later, closed, 0)) != _month(np.where(later, closed + LATER, 0))
    found = np.where(later, CATEGORIES.index("timing"), 0)
    found = np.where(copies.kind == OTHER_AMOUNT, CATEGORIES.index("mismatch"), found)
    found = np.where(copies.kind == OTHER_CURRENCY, CATEGORIES.index("currency"), found)
    found = np.where(other_outcome, CATEGORIES.index("outcome"), found)
    gone = lander.by_now(deals.deleted[copies.row])
    found = np.where(gone, CATEGORIES.index("deleted"), found)
    return np.where((copied == LOST_STAGE) & (gone | (own == LOST_STAGE)), 0, found)


def _land_truth(scene: Scene, copies: Copies) -> None:
    deals = scene.world.deals
    alone = np.flatnonzero(names_lost_opportunity(scene)).astype(np.int64)
    row = np.concatenate([copies.row, alone])
    missing = np.where(stage_now(scene)[0][alone] == LOST_STAGE, 0, CATEGORIES.index("missing"))
    values = {
        "deal_id": t.digits(np.concatenate([copy_id(scene, copies), deal_id(scene, alone)])),
        "opportunity_id": opportunity_id(scene, row),
        "category": t.pick(CATEGORIES, np.concatenate([categories(scene, copies), missing])),
    }
    synced = np.where(np.arange(len(row)) < len(copies.row), SYNCED_AFTER, 0)
    scene.lander.land("truth.synced_deals", deals.created[row] + synced, values)


def land_synced_deals(scene: Scene) -> None:
    """The copies, their history, and what is different about them."""
    copies = copies_of(scene)
    _land_deals(scene, copies)
    _land_stages(scene, copies)
    _land_amounts(scene, copies)
    _land_links(scene, copies)
    _land_truth(scene, copies)
