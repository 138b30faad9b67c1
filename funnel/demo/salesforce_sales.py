"""Lands Salesforce's opportunities, activities and campaign members."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import DAY, HOUR, I64, NEVER, Flags, happens, never, uniform_days
from funnel.demo.deals import latest_before
from funnel.demo.hubspot_sales import (
    amount,
    category_now,
    close_date,
    deal_name,
    extra_contact,
    lost_reason,
    stage_now,
)
from funnel.demo.hubspot_touches import bad_meetings, booked
from funnel.demo.names import currency
from funnel.demo.origins import CHANNELS
from funnel.demo.reference import EVENTS, SALESFORCE_STAGES
from funnel.demo.salesforce_people import (
    account_id,
    contact_id,
    first_deal,
    lead_id,
    opportunity_id,
    rep_id,
    who,
)
from funnel.demo.scene import Scene
from funnel.demo.touches import CALL, EVENT, MEETING, stream

KINDS = ("New Business", "Renewal", "Expansion")
CATEGORIES = ("Pipeline", "BestCase", "Forecast", "Closed", "Omitted")
CATEGORY_NAMES = ("Pipeline", "Best Case", "Commit", "Closed", "Omitted")
STAGES = [row[0] for row in SALESFORCE_STAGES]
PROBABILITY = np.array([row[2] for row in SALESFORCE_STAGES])
BLOCK = 500_000
INVITED_SHARE = 0.2
PLANNED_CALL_SHARE = 0.1


def _rows(scene: Scene) -> I64:
    deals = scene.world.deals
    return np.flatnonzero(deals.in_salesforce & happens(deals.created)).astype(np.int64)


def land_opportunities(scene: Scene) -> None:
    """The opportunities as they stand."""
    rows, deals, lander = _rows(scene), scene.world.deals, scene.lander
    part = deals.take(rows)
    stage_all, since = stage_now(scene)
    stage = np.maximum(stage_all[rows], 0)
    category = category_now(scene)[rows]
    channel = np.where(part.account >= 0, scene.world.accounts.channel[part.account], -1)
    values = {
        "id": opportunity_id(scene, rows),
        "is_deleted": lander.by_now(part.deleted),
        "account_id": account_id(scene, part.account),
        "owner_id": rep_id(part.account, part.human),
        "name": deal_name(scene, rows),
        "type": t.pick(KINDS, part.kind),
        "stage_name": t.pick(STAGES, stage),
        "amount": amount(scene, rows, deals.seats_at(lander.until)).astype(np.float64),
        "currency_iso_code": currency(part.currency),
        "probability": PROBABILITY[stage],
        "forecast_category": t.pick(CATEGORIES, category),
        "forecast_category_name": t.pick(CATEGORY_NAMES, category),
        "lead_source": t.pick([each.salesforce for each in CHANNELS], channel),
        "loss_reason_c": lost_reason(scene, rows),
        "is_closed": stage >= 4,
        "is_won": stage == 4,
        "close_date": close_date(scene, rows) // DAY * DAY,
        "created_date": part.created,
    }
    moved = scene.close_dates.latest_time(len(deals), lander.until)[rows]
    changes, table = [since[rows], part.resized, moved], "salesforce.opportunity"
    lander.land(table, part.created, values, changes=changes, deleted=part.deleted, repeats=True)


def _history(scene: Scene, deal: I64, at: I64, first: int, values: dict[str, object]) -> None:
    deals = scene.world.deals
    shared = {
        "id": t.sales_id("017", scene.ids.events + first + 1 + np.arange(len(deal))),
        "opportunity_id": opportunity_id(scene, deal),
        "created_by_id": rep_id(deals.account[deal], deals.human[deal]),
        "is_deleted": False,
        "created_date": at,
    }
    scene.lander.land("salesforce.opportunity_field_history", at, shared | values)


def land_history(scene: Scene) -> None:
    """The creation, every stage and every amount."""
    rows, deals, steps = _rows(scene), scene.world.deals, scene.world.steps
    _history(scene, rows, deals.created[rows], BLOCK, {"field": "created"})
    # One that is entered when it has closed never changes its stage.
    mine = (deals.in_salesforce & ~deals.is_late)[steps.deal]
    stages = {
        "field": "StageName",
        "old_value": t.pick(STAGES, steps.before[mine]),
        "new_value": t.pick(STAGES, steps.stage[mine]),
    }
    _history(scene, steps.deal[mine], steps.entered[mine], 2 * BLOCK, stages)
    first = t.decimal_text(amount(scene, rows, deals.first_seats))
    start = {"field": "Amount", "new_value": first}
    _history(scene, rows, deals.created[rows], 3 * BLOCK, start)
    changed = rows[happens(deals.resized[rows])]
    resized = {
        "field": "Amount",
        "old_value": t.decimal_text(amount(scene, changed, deals.first_seats)),
        "new_value": t.decimal_text(amount(scene, changed, deals.seats)),
    }
    _history(scene, changed, deals.resized[changed], 3 * BLOCK + BLOCK // 2, resized)
    _land_moves(scene)


def _land_moves(scene: Scene) -> None:
    """Every move of the close date; the day that it has at the creation is no move."""
    dates = scene.close_dates
    moves = np.flatnonzero(np.append(False, dates.deal[1:] == dates.deal[:-1])[: len(dates.deal)])
    moves = moves[scene.world.deals.in_salesforce[dates.deal[moves]]]
    values = {
        "field": "CloseDate",
        "old_value": _day_text(dates.date[moves - 1]),
        "new_value": _day_text(dates.date[moves]),
    }
    _history(scene, dates.deal[moves], dates.at[moves], 4 * BLOCK, values)


def _day_text(times: I64) -> t.Text:
    return pa.array(times.astype("datetime64[s]").astype("datetime64[D]").astype(str))


def land_versions(scene: Scene) -> None:
    """Salesforce's own object OpportunityHistory: a row for each stage and for each amount."""
    deals, steps = scene.world.deals, scene.world.steps
    mine = np.flatnonzero(deals.in_salesforce[steps.deal])
    resized = np.flatnonzero(deals.in_salesforce & happens(deals.resized))
    dates = scene.close_dates
    stepped = np.isin(dates.deal * 2**41 + dates.at, steps.deal * 2**41 + steps.entered)
    moves = np.flatnonzero(deals.in_salesforce[dates.deal] & ~stepped)
    changed_at = np.concatenate([deals.resized[resized], dates.at[moves]])
    resized = np.concatenate([resized, dates.deal[moves]])
    deal = np.concatenate([steps.deal[mine], resized])
    at = np.concatenate([steps.entered[mine], changed_at])
    known = latest_before(steps, resized, changed_at)
    stage = np.concatenate([steps.stage[mine], known])
    seats = np.where(deals.resized[deal] <= at, deals.seats[deal], deals.first_seats[deal])
    values = {
        "id": t.sales_id("008", scene.ids.events + 1 + np.arange(len(deal))),
        "opportunity_id": opportunity_id(scene, deal),
        "stage_name": t.pick(STAGES, stage),
        "amount": scene.terms.amount(deal, seats).astype(np.float64),
        "probability": PROBABILITY[stage],
        "forecast_category": t.pick(CATEGORIES, scene.categories.at_time(deal, at)),
        "close_date": dates.at_time(deal, at),
        "created_by_id": rep_id(deals.account[deal], deals.human[deal]),
        "is_deleted": False,
        "created_date": at,
    }
    scene.lander.land("salesforce.opportunity_history", at, values)


def _role(scene: Scene, rows: I64, human: I64, is_primary: bool) -> None:
    created = scene.world.deals.created[rows]
    values = {
        "id": t.sales_id("00K", scene.ids.event(rows) + (0 if is_primary else BLOCK)),
        "opportunity_id": opportunity_id(scene, rows),
        "contact_id": contact_id(scene, human),
        "role": "Decision Maker" if is_primary else "Influencer",
        "is_primary": is_primary,
        "is_deleted": False,
        "created_date": created,
    }
    scene.lander.land("salesforce.opportunity_contact_role", created, values)


def land_roles(scene: Scene) -> None:
    """Who the opportunities are with."""
    rows, deals = _rows(scene), scene.world.deals
    known = rows[(deals.human[rows] >= 0) & ~deals.is_contactless[rows]]
    with_role = known[~_without_role(scene)[known]]
    _role(scene, with_role, deals.human[with_role], True)
    other = extra_contact(scene, rows)
    _role(scene, rows[other >= 0], other[other >= 0], False)


def _without_role(scene: Scene) -> Flags:
    """Deals whose contact got no role: only the converted lead has the person."""
    world, deals = scene.world, scene.world.deals
    human = np.maximum(deals.human, 0)
    first = (first_deal(scene)[human] == np.arange(len(deals))) & (deals.human >= 0)
    first &= world.lead_created[human] < world.converted[human]
    dice = stream(world, "roles").random(len(deals))
    return np.asarray(first & (dice < s.ROLELESS_SHARE))


def _here(scene: Scene, kind: int) -> tuple[I64, I64, I64, I64]:
    touches = scene.touches
    rows = (touches.kind == kind) & scene.world.humans.in_salesforce[touches.human]
    number = np.flatnonzero(rows).astype(np.int64)
    return number, touches.human[rows], touches.at[rows], touches.gone[rows]


def _activity(scene: Scene, prefix: str, rows: I64, human: I64, created: I64) -> dict[str, object]:
    account = scene.world.humans.account[human]
    converted = created >= scene.world.converted[human]
    return {
        "id": t.sales_id(prefix, scene.ids.event(rows)),
        "who_id": who(scene, human, created),
        "account_id": t.only(converted, account_id(scene, account)),
        "owner_id": rep_id(account, human),
        "created_date": created,
    }


def land_tasks(scene: Scene) -> None:
    """Calls made, and a few planned ones that were never made."""
    rows, human, at, gone = _here(scene, CALL)
    values = (
        _activity(scene, "00T", rows, human, at)
        | _call("Completed")
        | {
            "is_deleted": scene.lander.by_now(gone),
            "is_closed": True,
            "call_disposition": t.pick(("Connected", "Interested", None), rows % 3),
            "call_duration_in_seconds": 60 + rows * 37 % 1500,
            "activity_date": at // DAY * DAY,
            "completed_date_time": at,
            "last_modified_date": scene.lander.last_change(at, [gone]),
        }
    )
    scene.lander.land("salesforce.task", at, values, deleted=gone, repeats=True)
    _land_planned(scene)
    _land_unanswered(scene)


def _land_unanswered(scene: Scene) -> None:
    """Calls that nobody answered, an hour after sales got to know the person."""
    created_all = scene.world.lead_created
    dice = stream(scene.world, "unanswered").random(len(created_all))
    chosen = happens(created_all) & (dice < s.UNANSWERED_SHARE)
    human = np.flatnonzero(chosen).astype(np.int64)
    at = created_all[human] + HOUR
    values = (
        _activity(scene, "00T", 2 * BLOCK + human, human, at)
        | _call("Completed")
        | {
            "is_deleted": False,
            "is_closed": True,
            "call_disposition": t.pick(("No Answer", "Left Voicemail", "Busy"), human % 3),
            "activity_date": at // DAY * DAY,
            "completed_date_time": at,
            "last_modified_date": at,
        }
    )
    scene.lander.land("salesforce.task", at, values)


def _call(status: str) -> dict[str, object]:
    return {
        "subject": "Call",
        "type": "Call",
        "task_subtype": "Call",
        "status": status,
        "priority": "Normal",
        "call_type": "Outbound",
    }


def _land_planned(scene: Scene) -> None:
    created_all = scene.world.lead_created
    dice = stream(scene.world, "planned").random(len(created_all))
    human = np.flatnonzero(happens(created_all) & (dice < PLANNED_CALL_SHARE)).astype(np.int64)
    created = created_all[human]
    values = (
        _activity(scene, "00T", 3 * BLOCK + human, human, created)
        | _call("Not Started")
        | {
            "is_deleted": False,
            "is_closed": False,
            "activity_date": (created // DAY + 3) * DAY,
            "last_modified_date": created,
        }
    )
    scene.lander.land("salesforce.task", created, values)


def land_events(scene: Scene) -> None:
    """Meetings, booked before they begin; the cancelled ones are deleted before that."""
    rows, human, start, _ = _here(scene, MEETING)
    bad_rows, bad_human, bad_start = bad_meetings(scene)
    mine = scene.world.humans.in_salesforce[bad_human]
    rows = np.concatenate([rows, bad_rows[mine]])
    human = np.concatenate([human, bad_human[mine]])
    start = np.concatenate([start, bad_start[mine]])
    created = booked(scene, start, scene.world.lead_created[human])
    bad = np.arange(len(rows)) >= len(rows) - mine.sum()
    _land_meetings(scene, rows, human, (created, start), bad)


def _land_meetings(scene: Scene, rows: I64, human: I64, times: tuple[I64, I64], bad: Flags) -> None:
    created, start = times
    cancelled = np.where(bad, (created + start) // 2, NEVER)
    values = _activity(scene, "00U", rows, human, created) | {
        "is_deleted": scene.lander.by_now(cancelled),
        "subject": "Product demo",
        "type": "Meeting",
        "event_subtype": "Event",
        "activity_date": start // DAY * DAY,
        "start_date_time": start,
        "end_date_time": start + HOUR // 2,
        "last_modified_date": scene.lander.last_change(created, [cancelled]),
    }
    scene.lander.land("salesforce.event", created, values, deleted=cancelled)


def land_members(scene: Scene) -> None:
    """Who came to an event, and who was only invited."""
    rows, human, at, gone = _here(scene, EVENT)
    _land_members(scene, rows, human, (at, gone), True)
    lead = scene.world.lead_created
    dice = stream(scene.world, "invited").random(len(lead))
    invited = np.flatnonzero(happens(lead) & (dice < INVITED_SHARE)).astype(np.int64)
    sent = uniform_days(stream(scene.world, "sent"), lead[invited], 1, 30)
    _land_members(scene, 3 * BLOCK + invited, invited, (sent, never(len(invited))), False)


def _land_members(scene: Scene, rows: I64, human: I64, times: tuple[I64, I64], came: bool) -> None:
    at, gone = times
    as_lead = at < scene.world.converted[human]
    values = {
        "id": t.sales_id("00v", scene.ids.event(rows)),
        "campaign_id": t.sales_id("701", 1 + human % len(EVENTS)),
        "lead_id": t.only(as_lead, lead_id(scene, human)),
        "contact_id": t.only(~as_lead, contact_id(scene, human)),
        "lead_or_contact_id": who(scene, human, at),
        "status": "Attended" if came else "Sent",
        "has_responded": came,
        "first_responded_date": at if came else None,
        "is_deleted": False,
        "created_date": at,
    }
    scene.lander.land("salesforce.campaign_member", at, values, vanished=gone)


def land_sales(scene: Scene) -> None:
    """Everything sales does in Salesforce."""
    land_opportunities(scene)
    land_history(scene)
    land_versions(scene)
    land_roles(scene)
    land_tasks(scene)
    land_events(scene)
    land_members(scene)
