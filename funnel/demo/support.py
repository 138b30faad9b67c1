"""Lands Zendesk: organizations, end users and the tickets of customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import text as t
from funnel.demo.billing import crm_company, names_lost_account
from funnel.demo.clock import DAY, F64, HOUR, I64, NEVER, happens, office, uniform_days, wait, when
from funnel.demo.scene import Scene
from funnel.demo.touches import stream

ORGANIZATION_BASE = 370_000_000
USER_BASE = 380_000_000
OFFICE_USER_BASE = 3_900_000_000
AGENTS = 6
SUBJECTS = ("Set up our account", "Cannot log in", "Question about the invoice", "Import fails")
STATUSES = ("new", "open", "solved", "closed")
TAGS = ("onboarding", "support", "billing", "support")
TICKETS_PER_CUSTOMER = 2.0
RATED_SHARE = 0.5
GOOD_SHARE = 0.85


@dataclass(frozen=True)
class Tickets:
    """One row a ticket; kind 0 is onboarding."""

    subscription: I64
    kind: I64
    created: I64
    solved: I64
    rated: I64
    is_good: F64


def _tickets(scene: Scene) -> Tickets:
    """The onboarding of each customer and what they ask later."""
    subscriptions = scene.world.subscriptions
    rng = stream(scene.world, "tickets")
    count = rng.poisson(TICKETS_PER_CUSTOMER, len(subscriptions))
    later = np.repeat(np.arange(len(subscriptions)), count)
    asked = office(uniform_days(rng, subscriptions.start[later], 5, 400))
    # Zendesk came after the CRM: it has no customers who are older.
    has_zendesk = subscriptions.onboarding[later] < NEVER
    asked = when(has_zendesk & (asked < subscriptions.end[later]), asked)
    answered = office(wait(rng, when(asked < NEVER, asked + 2 * HOUR), 1.0))
    row = np.concatenate([np.arange(len(subscriptions)), later])
    created = np.concatenate([subscriptions.onboarding, asked])
    solved = np.concatenate([subscriptions.onboarded, answered])
    kind = np.where(np.arange(len(row)) < len(subscriptions), 0, 1 + row % 3)
    rated = when(rng.random(len(row)) < RATED_SHARE, solved + 6 * HOUR)
    good = (rng.random(len(row)) < GOOD_SHARE).astype(np.float64)
    return Tickets(row, kind, created, solved, rated, good)


def customer_since(scene: Scene) -> I64:
    """When each account became a customer."""
    subscriptions = scene.world.subscriptions
    return scene.first_account_time(subscriptions.account, subscriptions.onboarding)


def _sold_in_salesforce(scene: Scene, account: I64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    sold = np.zeros(len(scene.world.accounts.start), dtype=np.bool_)
    subscriptions = scene.world.subscriptions
    sold[subscriptions.account] = scene.world.deals.in_salesforce[subscriptions.deal]
    return sold[account]


def land_organizations(scene: Scene) -> None:
    """Customers, under the id they have in the CRM that sold to them."""
    since = customer_since(scene)
    account = np.flatnonzero(happens(since)).astype(np.int64)
    created = since[account]
    number = ORGANIZATION_BASE + scene.ids.person(account)
    values = {
        "id": number,
        "name": t.repeat(scene.names.company, account),
        "external_id": crm_company(scene, account, _sold_in_salesforce(scene, account)),
        "shared_tickets": False,
        "shared_comments": False,
        "created_at": created,
        "updated_at": created,
    }
    scene.lander.land("zendesk.organization", created, values)
    known = ~names_lost_account(scene, account)
    domain = {"index": 0, "organization_id": number[known]}
    domain |= {"domain_name": t.repeat(scene.names.domain, account[known])}
    scene.lander.land("zendesk.domain_name", created[known], domain)


def user_created(scene: Scene) -> I64:
    """When each human became an end user."""
    subscriptions = scene.world.subscriptions
    created = np.full(len(scene.world.humans.born), NEVER)
    known = (subscriptions.human >= 0) & ~scene.world.deals.is_contactless[subscriptions.deal]
    np.minimum.at(created, subscriptions.human[known], subscriptions.onboarding[known])
    return created


def _land_users(scene: Scene, kind: int, rows: I64, account: I64, created: I64) -> None:
    """Humans (kind 0) and the shared mailboxes of offices (kind 1)."""
    names = scene.names
    person = t.joined(t.repeat(names.first, rows), " ", t.repeat(names.last, rows))
    office_mail = t.joined("office@", t.repeat(names.domain, account))
    values = {
        "id": user_id(scene, rows, kind),
        "name": t.repeat(names.company, account) if kind else person,
        "email": office_mail if kind else t.repeat(names.email, rows),
        "role": "end-user",
        "organization_id": ORGANIZATION_BASE + scene.ids.person(account),
        "active": True,
        "verified": True,
        "suspended": False,
        "time_zone": "UTC",
        "locale": "en-US",
        "created_at": created,
        "updated_at": created,
    }
    scene.lander.land("zendesk.user", created, values)


def user_id(scene: Scene, rows: I64, kind: int = 0) -> I64:
    """The id of a human's user, or of an account's office."""
    return (OFFICE_USER_BASE if kind else USER_BASE) + scene.ids.person(rows)


def land_users(scene: Scene) -> None:
    """The people who bought, and an office user for every customer."""
    created = user_created(scene)
    human = np.flatnonzero(happens(created)).astype(np.int64)
    _land_users(scene, 0, human, scene.world.humans.account[human], created[human])
    since = customer_since(scene)
    account = np.flatnonzero(happens(since)).astype(np.int64)
    _land_users(scene, 1, account, account, since[account])


def _requester(scene: Scene, tickets: Tickets) -> I64:
    subscriptions = scene.world.subscriptions
    human = subscriptions.human[tickets.subscription]
    account = subscriptions.account[tickets.subscription]
    contactless = scene.world.deals.is_contactless[subscriptions.deal[tickets.subscription]]
    known = (human >= 0) & ~contactless & (tickets.kind < 3)
    return np.where(known, user_id(scene, human), user_id(scene, account, 1))


def land_tickets(scene: Scene) -> None:
    """The tickets as they stand, their tags and their history."""
    tickets, lander = _tickets(scene), scene.lander
    rows = np.arange(len(tickets.created))
    number = scene.ids.event(rows)
    opened, closed = tickets.created + HOUR, when(tickets.solved < NEVER, tickets.solved + 4 * DAY)
    moments = [opened, tickets.solved, closed]
    status = np.sum([lander.by_now(moment) for moment in moments], axis=0)
    account = scene.world.subscriptions.account[tickets.subscription]
    requester = _requester(scene, tickets)
    values = {
        "id": number,
        "organization_id": ORGANIZATION_BASE + scene.ids.person(account),
        "requester_id": requester,
        "submitter_id": requester,
        "assignee_id": 100 + rows % AGENTS,
        "brand_id": 36_001,
        "subject": t.pick(SUBJECTS, tickets.kind),
        "status": t.pick(STATUSES, status),
        "priority": "normal",
        "type": "task",
        "via_channel": "email",
        "is_public": True,
        "created_at": tickets.created,
        "updated_at": lander.last_change(tickets.created, moments),
    }
    lander.land("zendesk.ticket", tickets.created, values, changes=moments)
    tag = t.pick(TAGS, tickets.kind)
    lander.land("zendesk.ticket_tag", tickets.created, {"ticket_id": number, "tag": tag})
    _land_changes(scene, tickets, number, moments)


def _land_changes(scene: Scene, tickets: Tickets, number: I64, moments: list[I64]) -> None:
    """Each status a ticket had, and what the customer thought of the answer."""
    for moment, status in zip([tickets.created, *moments], STATUSES, strict=True):
        _land_field(scene, number, moment, "status", t.pick((status,), number * 0))
    opinion = t.either(tickets.is_good > 0, "good", "bad")
    _land_field(scene, number, tickets.rated, "satisfaction_score", opinion)


def _land_field(scene: Scene, number: I64, at: I64, field: str, value: t.Text) -> None:
    values = {
        "ticket_id": number,
        "field_name": field,
        "updated": at,
        "value": value,
        "user_id": 100 + number % AGENTS,
    }
    scene.lander.land("zendesk.ticket_field_history", at, values)


def land_support(scene: Scene) -> None:
    """Everything in Zendesk about customers."""
    land_organizations(scene)
    land_users(scene)
    land_tickets(scene)
