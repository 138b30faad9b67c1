"""Lands Stripe's customers and subscriptions, and draws the periods they are billed for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import DAY, END, I64, NEVER, Flags, happens
from funnel.demo.customers import MONTH, YEAR
from funnel.demo.dirt import PLUS, other_address, soiled
from funnel.demo.discounts import discounts_of
from funnel.demo.hubspot_sales import OPEN_END
from funnel.demo.reference import price_id
from funnel.demo.scene import Scene
from funnel.demo.touches import stream
from funnel.demo.working import cancellations


@dataclass(frozen=True)
class Bills:
    """One row a subscription, with what the customer looks like in Stripe."""

    row: I64
    is_live: Flags
    by_person: Flags
    """Whether the customer's address is that of the human."""
    created: I64


def bills_of(scene: Scene) -> Bills:
    """The subscriptions of a chunk; a few copies in test mode stand behind them.

    Of a customer whose Salesforce account was merged, Stripe has an address that says nothing.
    """
    subscriptions = scene.world.subscriptions
    rng = stream(scene.world, "bills")
    contactless = scene.world.deals.is_contactless[subscriptions.deal]
    person = (subscriptions.human >= 0) & ~contactless & (rng.random(len(subscriptions)) < 0.6)
    person &= ~names_lost_account(scene, subscriptions.account)
    test = np.flatnonzero(rng.random(len(subscriptions)) < s.TEST_MODE_SHARE)
    row = np.concatenate([np.arange(len(subscriptions)), test])
    live = np.arange(len(row)) < len(subscriptions)
    start = subscriptions.start[row]
    return Bills(row, live, person[row] & live, np.where(live, start, start - DAY))


def names_lost_account(scene: Scene, account: I64) -> Flags:
    """Companies by whose merged Salesforce account alone others know them."""
    return np.asarray(scene.salesforce_twins.exists[account])


def customer_number(scene: Scene, bills: Bills) -> I64:
    """Live and test customers have numbers of their own."""
    first = np.where(bills.is_live, 1, 1_000_001)
    return scene.ids.events + first + bills.row


def crm_company(scene: Scene, account: I64, in_salesforce: Flags) -> t.Text:
    """The id of the company in the CRM that sold to it, as teams copied it there."""
    ids, lost = scene.ids, scene.hubspot_twins.exists[account]
    hubspot = t.digits(np.where(lost, ids.lost_company(account), ids.company(account)))
    lost = scene.salesforce_twins.exists[account]
    number = np.where(lost, ids.lost_account(account), ids.person(account))
    long = t.sales_id("001", number)
    dice = stream(scene.world, "short ids").random(len(scene.world.accounts.start))
    # Of merged companies every second one, so that a small demo has some, too.
    short = (dice < s.SHORT_ID_SHARE)[account] | (lost & (account % 2 == 0))
    salesforce = t.either(short, pc.utf8_slice_codeunits(long, 0, 15), long)
    return t.either(in_salesforce, salesforce, hubspot)


def _by_other_address(scene: Scene, bills: Bills) -> Flags:
    human = scene.world.subscriptions.human[bills.row]
    return np.asarray(bills.by_person & (human >= 0) & other_address(scene)[human])


def _metadata(scene: Scene, bills: Bills) -> t.Text:
    """Which company it is; sometimes left empty, but only where the address tells it."""
    subscriptions, deals = scene.world.subscriptions, scene.world.deals
    sold = deals.in_salesforce[subscriptions.deal[bills.row]]
    company = crm_company(scene, subscriptions.account[bills.row], sold)
    key = t.either(sold, "salesforce_account_id", "hubspot_company_id")
    dice = stream(scene.world, "metadata").random(len(bills.row))
    empty = bills.by_person & ~_by_other_address(scene, bills) & (dice < s.EMPTY_METADATA_SHARE)
    empty |= ~bills.is_live
    return t.either(empty, "{}", t.joined('{"', key, '":"', company, '"}'))


def land_customers(scene: Scene, bills: Bills) -> None:
    """Who pays: the person who bought, or an office of the company."""
    subscriptions, names = scene.world.subscriptions, scene.names
    account, human = subscriptions.account[bills.row], subscriptions.human[bills.row]
    office = t.pick(("billing@", "info@", "accounts@"), account % 3)
    role = t.joined(office, t.repeat(names.domain, account))
    free = t.joined("accounts", t.digits(scene.ids.person(account)), "@gmail.com")
    role = t.either(names_lost_account(scene, account), free, role)
    person = soiled(scene, "stripe.customer", t.repeat(names.email, human), human, (PLUS,))
    person = t.either(_by_other_address(scene, bills), t.repeat(names.private_email, human), person)
    email = t.either(bills.by_person, person, role)
    values = {
        "id": t.stripe_id("cus", customer_number(scene, bills)),
        "name": t.repeat(names.company, account),
        "email": t.either(bills.is_live, email, "tester@northwindcrm.example"),
        "currency": _money(subscriptions.currency[bills.row]),
        "address_country": t.pick(s.COUNTRIES, scene.world.accounts.country[account]),
        "balance": 0,
        "delinquent": False,
        "livemode": bills.is_live,
        "is_deleted": False,
        "metadata": _metadata(scene, bills),
        "created": bills.created,
    }
    scene.lander.land("stripe.customer", bills.created, values)


def _money(index: I64) -> t.Text:
    return t.pick([code.lower() for code in s.CURRENCIES], index)


def interval_seconds(scene: Scene, rows: I64) -> I64:
    """How long one billed period is."""
    return np.where(scene.world.subscriptions.is_monthly[rows], MONTH, YEAR)


def _state(scene: Scene, bills: Bills, at: int | I64) -> dict[str, object]:
    """A subscription as it is at a moment."""
    subscriptions, row = scene.world.subscriptions, bills.row
    start, end = subscriptions.start[row], subscriptions.end[row]
    length, over = interval_seconds(scene, row), end <= at
    reason, feedback = cancellations(scene.world)
    begun = start + np.maximum((np.minimum(at, end) - start) // length, 0) * length
    return {
        "id": t.stripe_id("sub", customer_number(scene, bills)),
        "customer_id": t.stripe_id("cus", customer_number(scene, bills)),
        "status": t.either(over, "canceled", "active"),
        "quantity": subscriptions_seats(scene, row, at),
        "billing": "charge_automatically",
        "livemode": bills.is_live,
        "metadata": "{}",
        "cancel_at_period_end": False,
        "created": start,
        "start_date": start,
        "current_period_start": begun,
        "current_period_end": begun + length,
        "canceled_at": np.where(over, end, NEVER),
        "ended_at": np.where(over, end, NEVER),
        "cancellation_details_reason": t.only(over, t.repeat(reason, row)),
        "cancellation_details_feedback": t.only(over, t.repeat(feedback, row)),
    }


def subscriptions_seats(scene: Scene, row: I64, at: int | I64) -> I64:
    """The seats of each row at a moment."""
    subscriptions = scene.world.subscriptions
    grown = np.where(subscriptions.grown[row] <= at, subscriptions.more_seats[row], 0)
    shrunk = np.where(subscriptions.shrunk[row] <= at, subscriptions.fewer_seats[row], 0)
    return np.asarray(subscriptions.seats[row] + grown - shrunk)


def land_subscriptions(scene: Scene, bills: Bills) -> None:
    """The subscriptions of the moment, their items and their history."""
    subscriptions, until = scene.world.subscriptions, scene.lander.until
    row = bills.row
    start = subscriptions.start[row]
    changes = [subscriptions.grown[row], subscriptions.shrunk[row], subscriptions.end[row]]
    state = _state(scene, bills, until - 1)
    scene.lander.land("stripe.subscription", start, state, changes=changes)
    item = {
        "id": t.stripe_id("si", customer_number(scene, bills)),
        "subscription_id": state["id"],
        "plan_id": price_of(scene, row, np.full(len(row), until - 1)),
        "metadata": "{}",
        "created": start,
    }
    item |= {k: state[k] for k in ("quantity", "current_period_start", "current_period_end")}
    changed = [*changes[:2], scene.seat_prices.raised[row]]
    scene.lander.land("stripe.subscription_item", start, item, changes=changed)
    _land_versions(scene, bills, [start, *changes])
    _land_discounts(scene, bills)


def _land_discounts(scene: Scene, bills: Bills) -> None:
    """The coupons of live subscriptions, each since the first day."""
    discounts, start = discounts_of(scene.world), scene.world.subscriptions.start
    has = bills.is_live & (discounts.percent[bills.row] > 0)
    row, number = bills.row[has], customer_number(scene, bills)[has]
    values = {
        "id": t.stripe_id("di", number),
        "coupon_id": discounts.coupon(row),
        "customer_id": t.stripe_id("cus", number),
        "subscription_id": t.stripe_id("sub", number),
        "start": start[row],
        "end": discounts.until[row],
    }
    scene.lander.land("stripe.subscription_discount", start[row], values)


def _land_versions(scene: Scene, bills: Bills, changes: list[I64]) -> None:
    """One version from each change to the next."""
    times = np.sort(np.stack(changes, axis=1), axis=1)
    following = np.concatenate([times[:, 1:], np.full((len(times), 1), NEVER)], axis=1)
    for column in range(times.shape[1]):
        rows = happens(times[:, column])
        part = Bills(
            bills.row[rows], bills.is_live[rows], bills.by_person[rows], bills.created[rows]
        )
        begins, ends = times[rows, column], following[rows, column]
        over = scene.lander.by_now(ends)
        version = _state(scene, part, begins) | {
            "_fivetran_active": ~over,
            "_fivetran_start": begins,
            "_fivetran_end": np.where(over, ends, OPEN_END),
        }
        scene.lander.land("stripe.subscription_history", begins, version, changes=[ends])


@dataclass(frozen=True)
class Periods:
    """One row a billed period of a live subscription."""

    bill: I64
    begins: I64
    ends: I64
    amount: I64
    seats: I64
    net: I64
    """What is left of the amount after the coupon."""


def periods_of(scene: Scene, bills: Bills) -> Periods:
    """Every period from the start to the end of the subscription."""
    subscriptions = scene.world.subscriptions
    live = np.flatnonzero(bills.is_live)
    row = bills.row[live]
    length = interval_seconds(scene, row)
    last = np.minimum(subscriptions.end[row], END)
    count = np.maximum(-(-(last - subscriptions.start[row]) // length), 0)
    bill = np.repeat(live, count)
    index = np.arange(len(bill)) - np.repeat(np.cumsum(count) - count, count)
    begins = subscriptions.start[bills.row[bill]] + index * np.repeat(length, count)
    ends = begins + np.repeat(length, count)
    seats = subscriptions_seats(scene, bills.row[bill], begins)
    amount = seats * _unit(scene, bills.row[bill], begins)
    percent = discounts_of(scene.world).percent_at(bills.row[bill], begins)
    return Periods(bill, begins, ends, amount, seats, amount * (100 - percent) // 100)


def price_of(scene: Scene, row: I64, times: I64) -> t.Text:
    """The price of each subscription at a time."""
    subscriptions, prices = scene.world.subscriptions, scene.seat_prices
    is_raised = prices.raised[row] <= times
    money, is_monthly = subscriptions.currency[row], subscriptions.is_monthly[row]
    return price_id(money, is_monthly, prices.edition[row], is_raised)


def _unit(scene: Scene, row: I64, times: I64) -> I64:
    subscriptions = scene.world.subscriptions
    money = subscriptions.currency[row]
    yearly = np.asarray(scene.seat_prices.at(row, times) * s.MINOR_UNITS[money])
    return np.where(subscriptions.is_monthly[row], yearly // 12, yearly)
