"""Lands what Stripe billed: invoices, lines, charges and refunds."""

from __future__ import annotations

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.billing import (
    Bills,
    Periods,
    bills_of,
    customer_number,
    land_customers,
    land_subscriptions,
    periods_of,
    price_of,
)
from funnel.demo.clock import DAY, HOUR, I64, NEVER, Flags, Rng, uniform_days, when
from funnel.demo.scene import Scene
from funnel.demo.touches import stream

RETRY_OFFSET, RESERVED_OFFSET = 1_000_000, 1_500_000


def _money(scene: Scene, bills: Bills, periods: Periods) -> t.Text:
    money = scene.world.subscriptions.currency[bills.row[periods.bill]]
    return t.pick([code.lower() for code in s.CURRENCIES], money)


def _failed(rng: Rng, periods: Periods) -> Flags:
    return np.asarray(rng.random(len(periods.bill)) < s.FAILED_CHARGE_SHARE)


def _land_invoices(scene: Scene, bills: Bills, periods: Periods, paid_at: I64) -> None:
    number = customer_number(scene, bills)[periods.bill]
    invoice = scene.ids.events + 1 + np.arange(len(periods.bill))
    paid = scene.lander.by_now(paid_at)
    due = periods.net
    values = {
        "id": t.stripe_id("in", invoice),
        "customer_id": t.stripe_id("cus", number),
        "subscription_id": t.stripe_id("sub", number),
        "number": t.joined("NW-", t.digits(invoice)),
        "status": t.either(paid, "paid", "open"),
        "currency": _money(scene, bills, periods),
        "amount_due": due,
        "amount_paid": np.where(paid, due, 0),
        "amount_remaining": np.where(paid, 0, due),
        "subtotal": periods.amount,
        "tax": 0,
        "total": due,
        "paid": paid,
        "billing_reason": "subscription_cycle",
        "attempt_count": np.where(paid & (paid_at > periods.begins + DAY), 2, 1),
        "livemode": True,
        "is_deleted": False,
        "period_start": periods.begins,
        "period_end": periods.ends,
        "created": periods.begins,
    }
    scene.lander.land("stripe.invoice", periods.begins, values, changes=[paid_at])
    _land_lines(scene, bills, periods, invoice, number)


def _land_lines(scene: Scene, bills: Bills, periods: Periods, invoice: I64, number: I64) -> None:
    price = price_of(scene, bills.row[periods.bill], periods.begins)
    values = {
        "id": t.stripe_id("il", invoice),
        "invoice_id": t.stripe_id("in", invoice),
        "subscription_id": t.stripe_id("sub", number),
        "subscription_item_id": t.stripe_id("si", number),
        "plan_id": price,
        "price_id": price,
        "type": "subscription",
        "description": "Seats",
        "currency": _money(scene, bills, periods),
        "amount": periods.amount,
        "quantity": periods.seats,
        "proration": False,
        "livemode": True,
        "period_start": periods.begins,
        "period_end": periods.ends,
    }
    scene.lander.land("stripe.invoice_line_item", periods.begins, values)


def _charge(
    scene: Scene, bills: Bills, periods: Periods, rows: I64, offset: int
) -> dict[str, object]:
    charge = scene.ids.events + 1 + rows
    number = customer_number(scene, bills)[periods.bill[rows]]
    return {
        "id": t.stripe_id("ch", charge + offset),
        "invoice_id": t.stripe_id("in", charge),
        "customer_id": t.stripe_id("cus", number),
        "amount": periods.net[rows],
        "currency": t.repeat(_money(scene, bills, periods), rows),
        "livemode": True,
    }


def _land_failures(scene: Scene, bills: Bills, periods: Periods, failed: Flags) -> None:
    rows = np.flatnonzero(failed).astype(np.int64)
    at = periods.begins[rows] + HOUR
    values = _charge(scene, bills, periods, rows, RETRY_OFFSET) | {
        "amount_refunded": 0,
        "status": "failed",
        "paid": False,
        "captured": False,
        "refunded": False,
        "failure_code": "card_declined",
        "failure_message": "Your card was declined.",
        "created": at,
    }
    scene.lander.land("stripe.charge", at, values)


def paid_times(scene: Scene, periods: Periods) -> I64:
    """When each period was paid: at once, or days after the card was declined."""
    failed = _failed(stream(scene.world, "failures"), periods)
    return np.asarray(periods.begins + np.where(failed, 3 * DAY, HOUR))


def refunded(scene: Scene, paid_at: I64) -> I64:
    """When the money went back, never for most charges."""
    rng = stream(scene.world, "refunds")
    refunds = rng.random(len(paid_at)) < s.REFUND_SHARE
    return when(refunds, uniform_days(rng, paid_at, 1, 20))


def disputed(scene: Scene, paid_at: I64) -> tuple[I64, Flags]:
    """When the bank took charges back, never for most; and which of them for good."""
    rng = stream(scene.world, "disputes")
    disputes = rng.random(len(paid_at)) < s.DISPUTE_SHARE
    disputes &= refunded(scene, paid_at) == NEVER
    return when(disputes, uniform_days(rng, paid_at, 10, 40)), np.arange(len(paid_at)) % 2 == 0


def _land_disputes(scene: Scene, bills: Bills, periods: Periods, paid_at: I64) -> None:
    """Customers who asked their bank for the money; a day later it is decided."""
    opened, lost = disputed(scene, paid_at)
    rows = np.flatnonzero(opened < NEVER).astype(np.int64)
    decided = opened[rows] + DAY
    number = scene.ids.events + 1 + rows
    outcome = t.either(lost[rows], "lost", "won")
    values = {
        "id": t.stripe_id("dp", number),
        "charge_id": t.stripe_id("ch", number),
        "amount": periods.net[rows],
        "currency": t.repeat(_money(scene, bills, periods), rows),
        "reason": "fraudulent",
        "status": t.either(scene.lander.by_now(decided), outcome, "needs_response"),
        "is_charge_refundable": False,
        "livemode": True,
        "created": opened[rows],
    }
    scene.lander.land("stripe.dispute", opened[rows], values, changes=[decided])


def _land_reserved(scene: Scene, bills: Bills, periods: Periods) -> None:
    """First amounts that were reserved, never captured, and released: no money moved."""
    dice = stream(scene.world, "reserved").random(len(periods.bill))
    first = periods.begins == scene.world.subscriptions.start[bills.row[periods.bill]]
    rows = np.flatnonzero(first & (dice < s.RESERVED_SHARE)).astype(np.int64)
    at = periods.begins[rows] + HOUR // 2
    released = at + 7 * DAY
    charge = _charge(scene, bills, periods, rows, RESERVED_OFFSET)
    values = charge | {
        "invoice_id": None,
        "amount_refunded": np.where(scene.lander.by_now(released), periods.net[rows], 0),
        "status": "succeeded",
        "paid": True,
        "captured": False,
        "refunded": scene.lander.by_now(released),
        "created": at,
    }
    scene.lander.land("stripe.charge", at, values, changes=[released])
    release = {
        "id": t.stripe_id("re", scene.ids.events + 1 + rows + RESERVED_OFFSET),
        "charge_id": charge["id"],
        "amount": charge["amount"],
        "currency": charge["currency"],
        "status": "succeeded",
        "created": released,
    }
    scene.lander.land("stripe.refund", released, release)


def _land_charges(scene: Scene, bills: Bills, periods: Periods, paid_at: I64) -> None:
    rows = np.arange(len(periods.bill))
    refunded_at = refunded(scene, paid_at)
    done = scene.lander.by_now(refunded_at)
    values = _charge(scene, bills, periods, rows, 0) | {
        "amount_refunded": np.where(done, periods.net, 0),
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "refunded": done,
        "created": paid_at,
    }
    scene.lander.land("stripe.charge", paid_at, values, changes=[refunded_at])
    rows = np.flatnonzero(refunded_at < NEVER).astype(np.int64)
    _land_refunds(scene, bills, periods, rows, refunded_at)


def _land_refunds(
    scene: Scene, bills: Bills, periods: Periods, rows: I64, refunded_at: I64
) -> None:
    number = scene.ids.events + 1 + rows
    values = {
        "id": t.stripe_id("re", number),
        "charge_id": t.stripe_id("ch", number),
        "amount": periods.net[rows],
        "currency": t.repeat(_money(scene, bills, periods), rows),
        "reason": "requested_by_customer",
        "status": "succeeded",
        "created": refunded_at[rows],
    }
    scene.lander.land("stripe.refund", refunded_at[rows], values)


def land_billing(scene: Scene) -> None:
    """Everything in Stripe about customers."""
    bills = bills_of(scene)
    land_customers(scene, bills)
    land_subscriptions(scene, bills)
    periods = periods_of(scene, bills)
    failed = _failed(stream(scene.world, "failures"), periods)
    paid_at = paid_times(scene, periods)
    _land_invoices(scene, bills, periods, paid_at)
    _land_failures(scene, bills, periods, failed)
    _land_charges(scene, bills, periods, paid_at)
    _land_disputes(scene, bills, periods, paid_at)
    _land_reserved(scene, bills, periods)
