"""Lands the truth of a chunk: who is who, and what the definition says of them."""

from __future__ import annotations

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.billing import bills_of, customer_number, periods_of
from funnel.demo.clock import DAY, END, I64, NEVER, Flags, when
from funnel.demo.close_plans import CATEGORIES, ended
from funnel.demo.discounts import discounts_of
from funnel.demo.hubspot_people import labels, stage_marks, status_marks, statuses
from funnel.demo.hubspot_sales import amount, deal_id, lost_reason
from funnel.demo.invoices import disputed, paid_times, refunded
from funnel.demo.names import country, currency
from funnel.demo.origins import CHANNELS, known_humans
from funnel.demo.picklists import HUBSPOT_STATUSES, LIFECYCLE, SALESFORCE_STATUSES
from funnel.demo.salesforce_people import (
    account_created,
    account_id,
    contact_created,
    contact_id,
    lead_id,
    opportunity_id,
    rep_id,
    status_changes,
)
from funnel.demo.scene import Scene
from funnel.demo.support import user_created, user_id
from funnel.demo.truth import Exits, Truth, entered, seen_deals, truth_at
from funnel.demo.working import (
    DROP_REASONS,
    MARKED_BY,
    assigned_in_hubspot,
    assigned_in_salesforce,
    cancellations,
    drop_reasons,
    hubspot_owner,
    sales_marks,
)

KINDS = ("new_business", "renewal", "expansion")
OUTCOMES = ("open", "won", "lost")


def human_name(scene: Scene, human: I64) -> t.Text:
    """The truth's id of a human; an unmerged second record counts as a human of its own."""
    count = len(scene.world.humans.born)
    number = scene.ids.person(np.where(human >= 0, human % count, -1))
    apart = t.either(human >= count, "B", "")
    return t.joined(t.only(human >= 0, "H"), t.digits(number, 9), apart)


def account_name(scene: Scene, account: I64) -> t.Text:
    """The truth's id of an account."""
    return t.joined(t.only(account >= 0, "A"), t.digits(scene.ids.person(account), 9))


def _unmerged(scene: Scene) -> I64:
    """Since when a second record stands apart at the moment, never for merged ones."""
    second = scene.world.second
    return np.where(second.merged < scene.lander.until, NEVER, second.created)


def _first_seen(scene: Scene) -> I64:
    parts = [scene.in_hubspot, scene.world.lead_created, contact_created(scene)]
    return np.concatenate([np.minimum.reduce(parts), _unmerged(scene)])


def land_humans(scene: Scene, truth: Truth) -> None:
    """Everybody with a record in any CRM."""
    humans, seen = scene.world.humans, _first_seen(scene)
    own = np.arange(len(humans.born))
    both = np.concatenate([own, own])
    account = humans.account[both]
    second_class = np.where(scene.world.second.is_business, 0, 1)
    values = {
        "human_id": human_name(scene, np.arange(len(seen))),
        "account_id": account_name(scene, account),
        "segment": t.pick(s.SEGMENTS, humans.segment[both]),
        "channel": t.pick(s.CHANNELS, humans.channel[both]),
        "employees": scene.employees_now(account),
        "country": country(humans.country[both]),
        "email_class": t.pick(s.EMAIL_CLASSES, np.concatenate([humans.email_class, second_class])),
        "is_lead_valid": truth.people.is_lead,
    }
    scene.lander.land("truth.humans", seen, values)


def _record(scene: Scene, system: str, record: t.Text, human: I64, at: I64) -> None:
    values = {"system": system, "record_id": record, "human_id": human_name(scene, human)}
    scene.lander.land("truth.records", at, values)


def land_records(scene: Scene) -> None:
    """Every record about a human, in every system."""
    world, ids = scene.world, scene.ids
    own = np.arange(len(world.humans.born))
    apart = np.where(_unmerged(scene) < NEVER, own + len(own), own)
    _record(scene, "hubspot", t.digits(ids.contact(own)), own, scene.in_hubspot)
    second = t.digits(ids.second_contact(own))
    _record(scene, "hubspot", second, apart, world.second.created)
    _record(scene, "salesforce", lead_id(scene, own), own, world.lead_created)
    _record(scene, "salesforce", contact_id(scene, own), own, contact_created(scene))
    _record(scene, "zendesk", t.digits(user_id(scene, own)), own, user_created(scene))
    bills = bills_of(scene)
    person = world.subscriptions.human[bills.row]
    at = np.where(bills.by_person, bills.created, NEVER)
    _record(scene, "stripe", t.stripe_id("cus", customer_number(scene, bills)), person, at)


def land_companies(scene: Scene) -> None:
    """Every company of both CRMs."""
    account = np.arange(len(scene.world.accounts.start))
    name = account_name(scene, account)
    hubspot, lost = t.digits(scene.ids.company(account)), t.digits(scene.ids.lost_company(account))
    lost_account = t.sales_id("001", scene.ids.lost_account(account))
    for system, record, at in (
        ("hubspot", hubspot, scene.world.company_created),
        ("salesforce", account_id(scene, account), account_created(scene)),
        # The records that lost are the account's from the merge on.
        ("hubspot", lost, scene.hubspot_twins.merged),
        ("salesforce", lost_account, scene.salesforce_twins.merged),
    ):
        values = {"system": system, "company_id": record, "account_id": name}
        scene.lander.land("truth.companies", at, values)


def _any_deal_id(scene: Scene, rows: I64) -> t.Text:
    sold = scene.world.deals.in_salesforce[rows]
    return t.either(sold, opportunity_id(scene, rows), t.digits(deal_id(scene, rows)))


def _journey_ids(scene: Scene, truth: Truth) -> t.Text:
    journeys = truth.journeys
    person = human_name(scene, journeys.human)
    own = t.joined("J-", _any_deal_id(scene, journeys.deal))
    return t.either(journeys.deal >= 0, own, t.joined("J-", person, "-", t.digits(journeys.number)))


def land_journeys(scene: Scene, truth: Truth, ids: t.Text) -> None:
    """Journeys of people, and of deals that nobody is known for."""
    journeys, count = truth.journeys, len(scene.world.humans.born)
    channel, is_known = _channels(scene, truth)
    campaign = scene.origins.campaign_name(np.where(journeys.human >= 0, journeys.human % count, 0))
    values = {
        "journey_id": ids,
        "human_id": human_name(scene, journeys.human),
        "deal_id": t.only(journeys.deal >= 0, _any_deal_id(scene, journeys.deal)),
        "number": journeys.number,
        "channel": t.pick(s.CHANNELS, channel),
        "campaign": t.only(journeys.human >= 0, campaign),
        "is_channel_known": is_known,
        "started_at": journeys.start,
    }
    scene.lander.land("truth.journeys", journeys.start, values)


def _channels(scene: Scene, truth: Truth) -> tuple[I64, Flags]:
    """The channel of each journey, -1 for none, and whether anything that has landed shows it."""
    world, journeys, until = scene.world, truth.journeys, scene.lander.until
    has_contact = contact_created(scene) < until
    humans = known_humans(world, scene.touches, scene.origins, until, has_contact)
    own = np.maximum(journeys.deal, 0)
    account = np.where(journeys.deal >= 0, world.deals.account[own], -1)
    sold = np.where(account >= 0, world.accounts.channel[np.maximum(account, 0)], -1)
    clear = np.array([each.is_clear_in_salesforce for each in CHANNELS])
    copied = (sold >= 0) & world.deals.in_salesforce[own] & clear[np.maximum(sold, 0)]
    person = np.maximum(journeys.human, 0)
    channel = np.where(journeys.human >= 0, np.tile(world.humans.channel, 2)[person], sold)
    return channel, np.where(journeys.human >= 0, humans[person], copied)


def land_stages(scene: Scene, truth: Truth, ids: t.Text) -> None:
    """When each journey entered each stage, and when its own evidence or rules were there."""
    person = human_name(scene, truth.journeys.human)
    for stage, at, inferred in entered(truth):
        values = {
            "journey_id": ids,
            "human_id": person,
            "journey_number": truth.journeys.number,
            "stage": stage,
            "entered_at": at,
            "is_inferred": inferred,
            "qualified_at": truth.first[stage],
        }
        scene.lander.land("truth.stage_entries", at, values)
    _land_undated(scene, truth, ids)


def _land_undated(scene: Scene, truth: Truth, ids: t.Text) -> None:
    """Customers who are older than the CRM have passed all stages, nobody knows when."""
    journeys, stages = truth.journeys, s.STAGES[: s.STAGES.index("customer") + 1]
    for stage in stages:
        values = {
            "journey_id": ids,
            "human_id": human_name(scene, journeys.human),
            "journey_number": journeys.number,
            "stage": stage,
            "is_inferred": True,
        }
        at = when(truth.is_older, journeys.start)
        scene.lander.land("truth.stage_entries", at, values)


def land_exits(scene: Scene, truth: Truth, ids: t.Text) -> None:
    """Every exit, not only the first of its kind."""
    for exits in truth.exits:
        values = {
            "journey_id": t.repeat(ids, exits.journey),
            "stage": exits.stage,
            "reason": _exit_reason(scene, exits),
            "exited_at": exits.at,
        }
        scene.lander.land("truth.exits", exits.at, values)


def _exit_reason(scene: Scene, exits: Exits) -> t.Text:
    if exits.stage == "disqualified":
        return t.pick(DROP_REASONS, drop_reasons(scene)[exits.source])
    if exits.stage == "lost":
        return lost_reason(scene, exits.source)
    reason, feedback = cancellations(scene.world)
    said = t.repeat(feedback, exits.source)
    return t.either(said.is_valid(), said, t.repeat(reason, exits.source))


def land_owners(scene: Scene) -> None:
    """Since when a user owns each record of a person."""
    human = np.arange(len(scene.world.humans.born))
    account = scene.world.humans.account
    rep, number = rep_id(account, human), t.digits(hubspot_owner(scene, human))
    second = when(scene.world.second.exists, scene.world.second.created)
    for system, record, owner, at in (
        ("hubspot", t.digits(scene.ids.contact(human)), number, assigned_in_hubspot(scene)),
        ("hubspot", t.digits(scene.ids.second_contact(human)), number, second),
        ("salesforce", lead_id(scene, human), rep, assigned_in_salesforce(scene)),
        ("salesforce", contact_id(scene, human), rep, contact_created(scene)),
    ):
        values = {"system": system, "record_id": record, "owner_id": owner, "assigned_at": at}
        scene.lander.land("truth.owners", at, values)


def land_label_changes(scene: Scene) -> None:
    """Who set each label: a user, a workflow, an import or another system."""
    for history, words, mark in (
        (labels(scene), LIFECYCLE, stage_marks(scene)),
        (statuses(scene), HUBSPOT_STATUSES, status_marks(scene)),
    ):
        values = {
            "system": "hubspot",
            "record_id": t.digits(scene.ids.contact(history.human)),
            "label": t.pick(words, history.value),
            "changed_by": t.pick(MARKED_BY, mark),
            "changed_at": history.at,
        }
        scene.lander.land("truth.label_changes", history.at, values)
    human, at, value, _ = status_changes(scene)
    values = {
        "system": "salesforce",
        "record_id": lead_id(scene, human),
        "label": t.pick(SALESFORCE_STATUSES, value),
        "changed_by": t.pick(MARKED_BY, sales_marks(scene, human, value)),
        "changed_at": at,
    }
    scene.lander.land("truth.label_changes", at, values)


def _outcome(scene: Scene) -> I64:
    """Open, won or lost at the moment; an opened-again deal is open."""
    deals, lander = scene.world.deals, scene.lander
    first = lander.by_now(deals.lost_first) & ~lander.by_now(deals.reopened)
    ended = np.where(deals.is_won, 1, 2)
    return np.where(lander.by_now(deals.closed), ended, np.where(first, 2, 0))


def land_deals(scene: Scene, truth: Truth, ids: t.Text) -> None:
    """Every deal with its journey; deleted ones have none."""
    deals, lander = scene.world.deals, scene.lander
    rows, outcome = np.arange(len(deals)), _outcome(scene)
    seen: Flags = seen_deals(deals, lander.until)
    closed = np.where(lander.by_now(deals.closed), deals.closed, deals.lost_first)
    values = {
        "system": t.either(deals.in_salesforce, "salesforce", "hubspot"),
        "deal_id": _any_deal_id(scene, rows),
        "journey_id": t.repeat(ids, np.where(seen, truth.deal_journey, -1)),
        "account_id": account_name(scene, deals.account),
        "type": t.pick(KINDS, deals.kind),
        "amount": amount(scene, rows, deals.seats_at(lander.until)).astype(np.float64),
        "currency": currency(deals.currency),
        "created_at": deals.created,
        "closed_at": np.where(outcome > 0, closed, NEVER),
        "outcome": t.pick(OUTCOMES, outcome),
        "lost_reason": t.only(outcome == 2, lost_reason(scene, rows)),
        "is_deleted": lander.by_now(deals.deleted),
    }
    lander.land("truth.deals", np.where(deals.created < END, deals.created, NEVER), values)


def land_deal_states(scene: Scene) -> None:
    """What each deal was worth, when it was expected to close and how sure, at each change."""
    states, deals = scene.deal_states, scene.world.deals
    final = amount(scene, states.deal, deals.seats)
    first = amount(scene, states.deal, deals.first_seats)
    values = {
        "system": t.either(deals.in_salesforce[states.deal], "salesforce", "hubspot"),
        "deal_id": _any_deal_id(scene, states.deal),
        "outcome": t.pick(OUTCOMES, ended(states.stage)),
        "amount": np.where(states.is_resized, final, first).astype(np.float64),
        "expected_close_date": states.date,
        "forecast_category": t.pick(CATEGORIES, states.category),
        "changed_at": states.at,
    }
    scene.lander.land("truth.deal_states", states.at, values)


def land_subscriptions(scene: Scene) -> None:
    """What each subscription brings in a month after its coupon, from each change to the next."""
    subscriptions, discounts = scene.world.subscriptions, discounts_of(scene.world)
    prices, rows = scene.seat_prices, np.arange(len(subscriptions))
    parts = [subscriptions.changes, discounts.until, prices.raised]
    times = np.sort(np.column_stack(parts), axis=1)
    for begins, ends in zip(times.T[:-1], times.T[1:], strict=True):
        monthly = subscriptions.seats_at(begins) * prices.at(rows, begins) / 12
        values = {
            "account_id": account_name(scene, subscriptions.account),
            "currency": currency(subscriptions.currency),
            "monthly_amount": monthly * (100 - discounts.percent_at(rows, begins)) / 100,
            "started_at": begins,
            "ended_at": np.minimum(ends, subscriptions.end),
        }
        pays = (begins < subscriptions.end) & (begins < ends)
        scene.lander.land("truth.subscriptions", np.where(pays, begins, NEVER), values)


def land_payments(scene: Scene) -> None:
    """Money that came, and money that went back; what was only reserved is neither."""
    bills = bills_of(scene)
    periods = periods_of(scene, bills)
    row = bills.row[periods.bill]
    money = scene.world.subscriptions.currency[row]
    paid_at = paid_times(scene, periods)
    opened, lost = disputed(scene, paid_at)
    decided = when(lost & scene.lander.by_now(opened + DAY), opened)
    for kind, at in (
        ("payment", paid_at),
        ("refund", refunded(scene, paid_at)),
        ("dispute", decided),
    ):
        values = {
            "account_id": account_name(scene, scene.world.subscriptions.account[row]),
            "currency": currency(money),
            "kind": kind,
            "amount": periods.net / s.MINOR_UNITS[money],
            "paid_at": at,
        }
        scene.lander.land("truth.payments", at, values)


def land_truth(scene: Scene) -> None:
    """The whole truth about a chunk at the moment."""
    truth = truth_at(scene.world, scene.lander.until, scene.looks)
    ids = _journey_ids(scene, truth)
    land_humans(scene, truth)
    land_records(scene)
    land_companies(scene)
    land_journeys(scene, truth, ids)
    land_stages(scene, truth, ids)
    land_exits(scene, truth, ids)
    land_deals(scene, truth, ids)
    land_deal_states(scene)
    land_subscriptions(scene)
    land_payments(scene)
    land_owners(scene)
    land_label_changes(scene)
