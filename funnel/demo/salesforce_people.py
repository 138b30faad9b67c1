"""Lands Salesforce's leads, contacts and accounts."""

from __future__ import annotations

import numpy as np

from funnel.demo import text as t
from funnel.demo.clock import I64, NEVER, happens, when
from funnel.demo.dirt import in_crm
from funnel.demo.drifts import at_work
from funnel.demo.history import History
from funnel.demo.hubspot_sales import extra_contact
from funnel.demo.names import REPS, owner_number, written_country
from funnel.demo.picklists import CONTACTED, RENAMED, SALESFORCE_STATUSES
from funnel.demo.scene import Scene, latest, latest_time
from funnel.demo.touches import CALL, returns_of
from funnel.demo.working import (
    AUTOMATION_USER,
    DROP_REASONS,
    INTEGRATION_USER,
    QUEUE,
    assigned_in_salesforce,
    drop_history,
    sales_marks,
)

HISTORY_BLOCK = 400_000


def lead_id(scene: Scene, human: I64) -> t.Text:
    """The lead of a human."""
    return t.sales_id("00Q", scene.ids.person(human))


def contact_id(scene: Scene, human: I64) -> t.Text:
    """The contact of a human."""
    return t.sales_id("003", scene.ids.person(human))


def account_id(scene: Scene, account: I64) -> t.Text:
    """The Salesforce account of a company."""
    return t.sales_id("001", scene.ids.person(account))


def rep_id(account: I64, human: I64) -> t.Text:
    """The rep who owns an account, or a person without one."""
    return t.sales_id("005", 1 + owner_number(account, np.maximum(human, 0)) % REPS)


def opportunity_id(scene: Scene, rows: I64) -> t.Text:
    """The id of a deal sold in Salesforce."""
    return t.sales_id("006", scene.ids.event(rows))


def who(scene: Scene, human: I64, at: I64) -> t.Text:
    """The lead before the conversion, the contact after it."""
    as_lead = at < scene.world.converted[human]
    return t.either(as_lead, lead_id(scene, human), contact_id(scene, human))


def contact_created(scene: Scene) -> I64:
    """Contacts come from conversions, and with colleagues who join a deal."""
    deals = scene.world.deals
    rows = np.flatnonzero(deals.in_salesforce & happens(deals.created)).astype(np.int64)
    other = extra_contact(scene, rows)
    created = scene.world.converted.copy()
    np.minimum.at(created, other[other >= 0], deals.created[rows][other >= 0])
    return created


def account_created(scene: Scene) -> I64:
    """An account is opened with its first contact or deal."""
    world = scene.world
    by_people = scene.first_account_time(world.humans.account, contact_created(scene))
    sold = world.deals.in_salesforce
    created = when(sold, world.deals.created - 300)
    by_deals = scene.first_account_time(world.deals.account, created)
    return np.minimum(by_people, by_deals)


def _status_parts(scene: Scene) -> tuple[I64, I64, I64]:
    world, calls, dropped = scene.world, scene.touches.of(CALL), scene.dropped
    everybody = np.arange(len(world.lead_created))
    returned, returned_at = returns_of(world)
    parts = (
        (returned, returned_at, np.zeros(len(returned), dtype=np.int64)),
        (calls.human, calls.at, np.full(len(calls.at), 1)),
        (everybody, world.converted, np.full(len(everybody), 2)),
        (dropped.human, dropped.at, 3 + dropped.is_recycled),
    )
    human, at, value = (np.concatenate([part[i] for part in parts]) for i in range(3))
    renamed = (value == CONTACTED) & at_work(scene.lander, "renamed status", at)
    value = np.where(renamed, RENAMED, value)
    valid = happens(at) & (world.lead_created[human] < NEVER) & (at <= world.converted[human])
    return human[valid], at[valid], value[valid]


def status_changes(scene: Scene) -> tuple[I64, I64, I64, I64]:
    """Human, time, new and old status of every change of a lead."""
    human, at, value = _status_parts(scene)
    order = np.lexsort((at, human))
    human, at, value = human[order], at[order], value[order]
    first = np.ones(len(human), dtype=np.bool_)
    first[1:] = human[1:] != human[:-1]
    old = np.where(first, 0, np.roll(value, 1))
    changed = old != value
    return human[changed], at[changed], value[changed], old[changed]


def first_deal(scene: Scene) -> I64:
    """The deal a lead was converted for."""
    deals = scene.world.deals
    fits = (deals.human >= 0) & deals.in_salesforce & ~deals.is_contactless
    rows = np.flatnonzero(fits)
    rows = rows[np.argsort(-deals.created[rows], kind="stable")]
    first = np.full(len(scene.world.humans.born), -1)
    first[deals.human[rows]] = rows
    return first


def land_leads(scene: Scene) -> None:
    """Leads with their status and conversion at the moment, and the changes of status."""
    world, lander = scene.world, scene.lander
    changes = status_changes(scene)
    human = np.flatnonzero(happens(world.lead_created)).astype(np.int64)
    count = len(world.humans.born)
    status = latest(changes[0], changes[1], changes[2], count, lander.until)[human]
    changed = latest_time(changes[0], changes[1], count, lander.until)[human]
    created = world.lead_created[human]
    modified = lander.last_change(created, [changed])
    values = _lead(scene, human) | _conversion(scene, human)
    values |= {
        "status": t.pick(SALESFORCE_STATUSES, np.maximum(status, 0)),
        "last_modified_date": modified,
    }
    assigned, reasons = assigned_in_salesforce(scene)[human], lead_reasons(scene)
    reason = latest(reasons.human, reasons.at, reasons.value, count, lander.until)[human]
    values |= {
        "owner_id": t.either(lander.by_now(assigned), values["owner_id"], QUEUE),
        "unqualified_reason_c": t.pick(DROP_REASONS, reason),
    }
    lander.land("salesforce.lead", created, values, changes=[changed, assigned], repeats=True)
    _land_status(scene, *changes)
    _land_owners(scene)
    _land_reasons(scene, reasons)


def lead_reasons(scene: Scene) -> History:
    """Why leads were given up."""
    world = scene.world
    reasons = drop_history(scene, world.lead_created < NEVER)
    valid = reasons.at <= world.converted[reasons.human]
    return History(reasons.human, np.where(valid, reasons.at, NEVER), reasons.value)


def _land_changes(scene: Scene, first: int, human: I64, at: I64, values: dict[str, object]) -> None:
    shared = {
        "id": t.sales_id("017", first + scene.ids.events + np.arange(len(human))),
        "lead_id": lead_id(scene, human),
        "created_by_id": rep_id(scene.world.humans.account[human], human),
        "created_date": at,
    }
    scene.lander.land("salesforce.lead_history", at, shared | values)


def _land_owners(scene: Scene) -> None:
    """Who took a lead from the queue: a row with the ids and one with the names."""
    assigned, created = assigned_in_salesforce(scene), scene.world.lead_created
    human = np.flatnonzero((assigned > created) & (assigned < NEVER)).astype(np.int64)
    rep = rep_id(scene.world.humans.account[human], human)
    ids = {"field": "Owner", "old_value": QUEUE, "new_value": rep}
    names: dict[str, object] = {"field": "Owner"}
    names |= {"old_value": "Inbound queue", "new_value": "Sales rep"}
    _land_changes(scene, HISTORY_BLOCK, human, assigned[human], ids)
    _land_changes(scene, 2 * HISTORY_BLOCK, human, assigned[human], names)


def _land_reasons(scene: Scene, reasons: History) -> None:
    order = np.lexsort((reasons.at, reasons.human))
    human, at, value = reasons.human[order], reasons.at[order], reasons.value[order]
    again = np.zeros(len(human), dtype=np.bool_)
    again[1:] = human[1:] == human[:-1]
    before = np.where(again, np.roll(value, 1), -1)
    changed = before != value
    values = {
        "field": "Unqualified_Reason__c",
        "old_value": t.pick(DROP_REASONS, before[changed]),
        "new_value": t.pick(DROP_REASONS, value[changed]),
    }
    _land_changes(scene, 3 * HISTORY_BLOCK, human[changed], at[changed], values)


def _lead(scene: Scene, human: I64) -> dict[str, object]:
    humans, names, sizes = scene.world.humans, scene.names, scene.world.sizes
    account, lead_created = humans.account[human], scene.world.lead_created[human]
    return _name(scene, human) | {
        "id": lead_id(scene, human),
        "email": in_crm(scene, "salesforce.lead", human),
        "company": t.either(account >= 0, t.repeat(names.company, account), "Unknown"),
        "website": t.joined("https://www.", t.repeat(names.domain, account)),
        "country": written_country(scene.world, "leads", humans.country[human]),
        "number_of_employees": sizes.at(account, lead_created),
        "lead_source": scene.origins.lead_source(human),
        "owner_id": rep_id(account, human),
        "created_date": lead_created,
    }


def _name(scene: Scene, human: I64) -> dict[str, object]:
    names = scene.names
    first, last = t.repeat(names.first, human), t.repeat(names.last, human)
    return {
        "is_deleted": False,
        "first_name": first,
        "last_name": last,
        "name": t.joined(first, " ", last),
        "phone": t.repeat(names.phone, human),
        "title": t.repeat(names.title, human),
    }


def _conversion(scene: Scene, human: I64) -> dict[str, object]:
    converted = scene.world.converted[human]
    done = scene.lander.by_now(converted)
    account = scene.world.humans.account[human]
    return {
        "is_converted": done,
        "converted_date": converted,
        "converted_contact_id": t.only(done, contact_id(scene, human)),
        "converted_account_id": t.only(done, account_id(scene, account)),
        "converted_opportunity_id": t.only(
            scene.lander.by_now(converted + 300), opportunity_id(scene, first_deal(scene)[human])
        ),
    }


def status_user(scene: Scene, human: I64, value: I64) -> t.Text:
    """Who set each status: the rep, a flow or another system."""
    mark = sales_marks(scene, human, value)
    machine = t.sales_id("005", np.where(mark == 1, AUTOMATION_USER, INTEGRATION_USER))
    return t.either(mark == 0, rep_id(scene.world.humans.account[human], human), machine)


def _land_status(scene: Scene, human: I64, at: I64, value: I64, old: I64) -> None:
    values = {
        "id": t.sales_id("017", 1 + scene.ids.events + np.arange(len(human))),
        "lead_id": lead_id(scene, human),
        "field": "Status",
        "old_value": t.pick(SALESFORCE_STATUSES, old),
        "new_value": t.pick(SALESFORCE_STATUSES, value),
        "created_by_id": status_user(scene, human, value),
        "created_date": at,
    }
    scene.lander.land("salesforce.lead_history", at, values)


def land_contacts(scene: Scene) -> None:
    """Contacts of converted leads and of colleagues on deals."""
    created_all = contact_created(scene)
    human = np.flatnonzero(happens(created_all)).astype(np.int64)
    humans, created = scene.world.humans, created_all[human]
    values = _name(scene, human) | {
        "id": contact_id(scene, human),
        "account_id": account_id(scene, humans.account[human]),
        "email": in_crm(scene, "salesforce.contact", human),
        "mailing_country": written_country(scene.world, "mailing", humans.country[human]),
        "lead_source": scene.origins.lead_source(human),
        "owner_id": rep_id(humans.account[human], human),
        "created_date": created,
        "last_modified_date": created,
    }
    scene.lander.land("salesforce.contact", created, values)


def first_won(scene: Scene) -> I64:
    """When each account became a customer."""
    return scene.first_account_time(scene.world.deals.account, scene.world.deals.won_at)


def land_accounts(scene: Scene) -> None:
    """Accounts sales has opened."""
    accounts, names, created = scene.world.accounts, scene.names, account_created(scene)
    account = np.flatnonzero(happens(created)).astype(np.int64)
    won, resized = first_won(scene)[account], scene.world.sizes.changed[account]
    employees = scene.world.sizes.first[account]
    revenue = np.where(employees >= 0, employees * 120_000.0, np.nan)
    values = {
        "id": account_id(scene, account),
        "is_deleted": False,
        "name": t.repeat(names.company, account),
        "website": t.joined("https://www.", t.repeat(names.domain, account)),
        "industry": t.repeat(names.industry, account),
        "billing_country": written_country(scene.world, "billing", accounts.country[account]),
        "number_of_employees": scene.employees_now(account),
        "annual_revenue": revenue,
        "type": t.either(scene.lander.by_now(won), "Customer", "Prospect"),
        "owner_id": rep_id(account, account),
        "created_date": created[account],
    }
    scene.lander.land("salesforce.account", created[account], values, changes=[won, resized])
    _land_twins(scene)


def _land_twins(scene: Scene) -> None:
    """Second records of accounts; a merge deletes the loser, which names the winner."""
    twins = scene.salesforce_twins
    account = np.flatnonzero(twins.exists).astype(np.int64)
    created, merged = twins.created[account], twins.merged[account]
    over = scene.lander.by_now(merged)
    values = {
        "id": t.sales_id("001", scene.ids.lost_account(account)),
        "is_deleted": over,
        "name": t.repeat(scene.names.company, account),
        "type": "Prospect",
        "owner_id": rep_id(account, account),
        "master_record_id": t.only(over, account_id(scene, account)),
        "created_date": created,
    }
    scene.lander.land("salesforce.account", created, values, deleted=merged)


def land_people(scene: Scene) -> None:
    """Everybody Salesforce knows."""
    land_leads(scene)
    land_contacts(scene)
    land_accounts(scene)
