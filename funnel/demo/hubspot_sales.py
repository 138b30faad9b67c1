"""Lands the deals that are sold in HubSpot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import HOUR, I64, NEVER, Flags, happens, uniform_days, when
from funnel.demo.deals import StageSteps, joined_steps
from funnel.demo.names import currency, owner_number
from funnel.demo.reference import HUBSPOT_DEAL_BASE, HUBSPOT_STAGES, PORTAL
from funnel.demo.scene import Scene, latest, latest_time
from funnel.demo.touches import stream
from funnel.demo.working import OWNER_BASE

KINDS = ("newbusiness", "renewal", "expansion")
OPEN_END = 253_402_300_800
"""A version that still holds ends with the last millisecond of the year 9999."""
PRIMARY_TYPE, OTHER_TYPE = 3, 21
AFTERNOON = 15 * HOUR
CATEGORIES = ("PIPELINE", "BEST_CASE", "COMMIT", "CLOSED", "OMIT")


def _rows(scene: Scene) -> I64:
    deals = scene.world.deals
    return np.flatnonzero(~deals.in_salesforce & happens(deals.created)).astype(np.int64)


def deal_id(scene: Scene, rows: I64) -> I64:
    """The id of a HubSpot deal."""
    return HUBSPOT_DEAL_BASE + scene.ids.event(rows)


def deal_name(scene: Scene, rows: I64) -> t.Text:
    """What reps call a deal."""
    deals = scene.world.deals
    company = t.repeat(scene.names.company, deals.account[rows])
    known = t.either(deals.account[rows] >= 0, company, "Unknown company")
    return t.joined(known, " - ", t.pick(("New", "Renewal", "Expansion"), deals.kind[rows]))


def amount(scene: Scene, rows: I64, seats: I64) -> I64:
    """The yearly worth of the seats, in units of the deal's currency."""
    return scene.terms.amount(rows, seats[rows])


def expected_close(scene: Scene) -> I64:
    """When the rep of each deal expects to close it, in the afternoon of that day."""
    dates = scene.close_dates.latest(len(scene.world.deals), scene.lander.until)
    return dates + AFTERNOON


def close_date(scene: Scene, rows: I64) -> I64:
    """The real one, or the day that the rep expects while the deal is open."""
    deals, until = scene.world.deals, scene.lander.until
    guess = expected_close(scene)
    first = np.where(deals.lost_first < until, deals.lost_first, guess)
    first = np.where(deals.reopened < until, guess, first)
    return np.where(deals.closed < until, deals.closed, first)[rows]


def lost_reason(scene: Scene, rows: I64) -> t.Text:
    """Why the deals were lost; reps choose from a list. What was chosen stays on reopened deals."""
    deals, by_now = scene.world.deals, scene.lander.by_now
    reason = stream(scene.world, "lost reasons").integers(0, len(s.LOST_REASONS), len(deals))
    is_lost = by_now(deals.lost_first) | by_now(deals.lost_at)
    return t.pick(s.LOST_REASONS, np.where(is_lost, reason, -1)[rows])


def names_lost_opportunity(scene: Scene) -> Flags:
    """HubSpot's own deals that name an opportunity which no Salesforce has any more."""
    deals = scene.world.deals
    dice = stream(scene.world, "lost opportunities").random(len(deals))
    fits = ~deals.in_salesforce & happens(deals.created) & (deals.merged_into < 0)
    return np.asarray(fits & (dice < s.LOST_OPPORTUNITY_SHARE))


def category_now(scene: Scene) -> I64:
    """The forecast category that the rep of each deal has chosen, -1 for none."""
    return scene.categories.latest(len(scene.world.deals), scene.lander.until)


def stage_now(scene: Scene) -> tuple[I64, I64]:
    """The stage of every deal at the moment, and when it was entered."""
    steps, count, until = scene.world.steps, len(scene.world.deals), scene.lander.until
    stage = latest(steps.deal, steps.entered, steps.stage, count, until)
    return stage, latest_time(steps.deal, steps.entered, count, until)


def land_deals(scene: Scene) -> None:
    """The deals as they stand."""
    rows, deals, lander = _rows(scene), scene.world.deals, scene.lander
    part = deals.take(rows)
    stage, since = stage_now(scene)
    gone = lander.by_now(part.deleted)
    values = {
        "deal_id": deal_id(scene, rows),
        "is_deleted": gone,
        "_fivetran_deleted": gone,
        "deal_pipeline_id": "default",
        "deal_pipeline_stage_id": t.pick([x[0] for x in HUBSPOT_STAGES], stage[rows]),
        "owner_id": OWNER_BASE + owner_number(part.account, np.maximum(part.human, 0)),
        "portal_id": PORTAL,
        "property_dealname": deal_name(scene, rows),
        "property_dealtype": t.pick(KINDS, part.kind),
        "property_amount": amount(scene, rows, deals.seats_at(lander.until)),
        "property_deal_currency_code": currency(part.currency),
        "property_closed_lost_reason": lost_reason(scene, rows),
        "property_hs_salesforceopportunityid": t.only(
            names_lost_opportunity(scene)[rows], t.sales_id("006", scene.ids.event(rows))
        ),
        "property_hs_manual_forecast_category": t.pick(CATEGORIES, category_now(scene)[rows]),
        "property_closedate": close_date(scene, rows),
        "property_createdate": part.created,
    }
    moved = scene.close_dates.latest_time(len(deals), lander.until)[rows]
    changes, deleted = [since[rows], part.resized, moved], part.deleted
    lander.land(
        "hubspot.deal", part.created, values, changes=changes, deleted=deleted, repeats=True
    )


def land_stages(scene: Scene) -> None:
    """Both histories of the stage, and that of the amount."""
    until, steps = scene.lander.until, _written_steps(scene)
    deal, entered, left = steps.deal, steps.entered, steps.left
    value = t.pick([x[0] for x in HUBSPOT_STAGES], steps.stage)
    shared = {"deal_id": deal_id(scene, deal), "source": "CRM_UI", "value": value}
    over = left < until
    stages = shared | {
        "date_entered": entered,
        "_fivetran_active": ~over,
        "_fivetran_start": entered,
        "_fivetran_end": np.where(over, left, OPEN_END),
    }
    scene.lander.land("hubspot.deal_stage", entered, stages, changes=[left])
    history = shared | {"name": "dealstage", "timestamp": entered}
    scene.lander.land("hubspot.deal_property_history", entered, history)
    _land_amounts(scene)
    _land_close_plans(scene)


def _land_close_plans(scene: Scene) -> None:
    """The history of the close date, as HubSpot has it: milliseconds since 1970, as text."""
    deals, dates, categories = scene.world.deals, scene.close_dates, scene.categories
    ends = np.maximum(deals.closed, deals.created)[dates.deal]
    is_end = (dates.at == ends) | (dates.at == deals.lost_first[dates.deal])
    moment = np.where(is_end, dates.date, dates.date + AFTERNOON)
    for name, deal, at, value in (
        ("closedate", dates.deal, dates.at, t.digits(moment * 1_000)),
        (
            "hs_manual_forecast_category",
            categories.deal,
            categories.at,
            t.pick(CATEGORIES, categories.category),
        ),
    ):
        mine = ~deals.in_salesforce[deal]
        values = {
            "deal_id": deal_id(scene, deal[mine]),
            "name": name,
            "source": "CRM_UI",
            "value": value.filter(pa.array(mine)),
            "timestamp": at[mine],
        }
        scene.lander.land("hubspot.deal_property_history", at[mine], values)


def _written_steps(scene: Scene) -> StageSteps:
    """The steps in HubSpot; a workflow writes some stages anew: more rows, but no more steps."""
    steps = scene.world.steps.take(~scene.world.deals.in_salesforce[scene.world.steps.deal])
    rng = stream(scene.world, "stages again")
    again = uniform_days(rng, steps.entered, 0.5, 3)
    chosen = rng.random(len(steps.deal)) < s.REWRITTEN_SHARE
    again = when(chosen & (again < steps.left) & happens(again), again)
    second = steps.take(again < NEVER)
    second = replace(second, entered=again[again < NEVER], before=second.stage)
    return joined_steps([replace(steps, left=np.minimum(steps.left, again)), second])


def _land_amounts(scene: Scene) -> None:
    rows, deals = _rows(scene), scene.world.deals
    changed = rows[happens(deals.resized[rows])]
    for part, at, seats in (
        (rows, deals.created[rows], deals.first_seats),
        (changed, deals.resized[changed], deals.seats),
    ):
        values = {
            "deal_id": deal_id(scene, part),
            "name": "amount",
            "source": "CRM_UI",
            "value": t.digits(amount(scene, part, seats)),
            "timestamp": at,
        }
        scene.lander.land("hubspot.deal_property_history", at, values)
    _land_tied_amounts(scene, rows)


def _land_tied_amounts(scene: Scene, rows: I64) -> None:
    """A rebate, entered with the win and taken back at once: the deal alone has the right sum."""
    deals = scene.world.deals
    dice = stream(scene.world, "tied amounts").random(len(deals))
    tied = rows[(dice < s.TIED_AMOUNT_SHARE)[rows] & happens(deals.won_at[rows])]
    at = np.maximum(deals.won_at[tied], deals.created[tied])
    for seats in (deals.seats, np.maximum(deals.seats * 9 // 10, 1)):
        values = {
            "deal_id": deal_id(scene, tied),
            "name": "amount",
            "source": "CRM_UI",
            "value": t.digits(amount(scene, tied, seats)),
            "timestamp": at,
        }
        scene.lander.land("hubspot.deal_property_history", at, values)


def extra_contact(scene: Scene, rows: I64) -> I64:
    """A colleague on the deal: the next human of the same account, -1 for none."""
    deals, humans = scene.world.deals, scene.world.humans
    human = deals.human[rows]
    other = np.minimum(human + 1, len(humans.born) - 1)
    fits = (human >= 0) & ~deals.is_contactless[rows] & (other > human)
    fits &= (humans.account[other] == deals.account[rows]) & humans.is_matchable[other]
    dice = stream(scene.world, "colleagues").random(len(deals))[rows]
    return np.where(fits & (dice < s.EXTRA_CONTACT_SHARE), other, -1)


def _land_contact(scene: Scene, rows: I64, human: I64, kind: int) -> None:
    created = scene.world.deals.created[rows]
    at = np.maximum(created, np.minimum(scene.in_hubspot[human], NEVER))
    values = {
        "deal_id": deal_id(scene, rows),
        "contact_id": scene.ids.contact(human),
        "type_id": kind,
        "category": "HUBSPOT_DEFINED" if kind == PRIMARY_TYPE else "USER_DEFINED",
        "_fivetran_deleted": False,
    }
    scene.lander.land("hubspot.deal_contact", at, values)


def land_links(scene: Scene) -> None:
    """Companies and people of the deals; the primary person is the plain association."""
    rows, deals = _rows(scene), scene.world.deals
    owned = rows[deals.account[rows] >= 0]
    company = {
        "deal_id": deal_id(scene, owned),
        "company_id": scene.ids.company(deals.account[owned]),
        "type_id": 5,
        "category": "HUBSPOT_DEFINED",
        "_fivetran_deleted": False,
    }
    scene.lander.land("hubspot.deal_company", deals.created[owned], company)
    with_person = rows[(deals.human[rows] >= 0) & ~deals.is_contactless[rows]]
    _land_contact(scene, with_person, deals.human[with_person], PRIMARY_TYPE)
    other = extra_contact(scene, rows)
    has = (other >= 0) & happens(scene.in_hubspot[other])
    _land_contact(scene, rows[has], other[has], OTHER_TYPE)
    _land_merges(scene, rows)
    _land_removed(scene, rows)


def _land_removed(scene: Scene, rows: I64) -> None:
    """Links to a colleague and a company that were wrong: removed after a minute."""
    world, deals, lander = scene.world, scene.world.deals, scene.lander
    dice = stream(world, "removed links").random(len(deals))[rows]
    rows = rows[(dice < s.REMOVED_LINK_SHARE) & (deals.human[rows] > 0) & (deals.account[rows] > 0)]
    created, gone = deals.created[rows], deals.created[rows] + 60
    colleague, company = deals.human[rows] - 1, deals.account[rows] - 1
    for table, column, number, known, kind in (
        ("contact", "contact_id", scene.ids.contact(colleague), scene.in_hubspot[colleague], 3),
        ("company", "company_id", scene.ids.company(company), world.company_created[company], 5),
    ):
        values = {
            "deal_id": deal_id(scene, rows),
            column: number,
            "type_id": kind,
            "category": "HUBSPOT_DEFINED",
            "_fivetran_deleted": lander.by_now(gone),
        }
        at = when(known < created, created)
        lander.land(f"hubspot.deal_{table}", at, values, deleted=gone)


def _land_merges(scene: Scene, rows: I64) -> None:
    deals = scene.world.deals
    twins = rows[deals.merged_into[rows] >= 0]
    values = {
        "deal_id": deal_id(scene, deals.merged_into[twins]),
        "merged_deal_id": deal_id(scene, twins),
    }
    scene.lander.land("hubspot.merged_deal", deals.deleted[twins], values)


def land_sales(scene: Scene) -> None:
    """Everything about deals in HubSpot."""
    land_deals(scene)
    land_stages(scene)
    land_links(scene)
