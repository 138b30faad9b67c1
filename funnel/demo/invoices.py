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
)
from funnel.demo.clock import DAY, HOUR, I64, Flags, Rng, uniform_days, when
from funnel.demo.reference import price_id
from funnel.demo.scene import Scene
from funnel.demo.touches import stream

RETRY_OFFSET = 1_000_000


def _money(scene: Scene, bills: Bills, periods: Periods) -> t.Text:
    money = scene.world.subscriptions.currency[bills.row[periods.bill]]
    return t.pick([code.lower() for code in s.CURRENCIES], money)


def _failed(rng: Rng, periods: Periods) -> Flags:
    return np.asarray(rng.random(len(periods.bill)) < s.FAILED_CHARGE_SHARE)


def _land_invoices(scene: Scene, bills: Bills, periods: Periods, paid_at: I64) -> None:
    number = customer_number(scene, bills)[periods.bill]
    invoice = scene.ids.events + 1 + np.arange(len(periods.bill))
    paid = scene.lander.by_now(paid_at)
    due = periods.amount
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
        "subtotal": due,
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
    subscriptions, row = scene.world.subscriptions, bills.row[periods.bill]
    price = price_id(subscriptions.currency[row], subscriptions.is_monthly[row])
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
        "amount": periods.amount[rows],
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


def _land_charges(scene: Scene, bills: Bills, periods: Periods, paid_at: I64) -> None:
    rng = stream(scene.world, "refunds")
    rows = np.arange(len(periods.bill))
    refunds = rng.random(len(rows)) < s.REFUND_SHARE
    refunded_at = when(refunds, uniform_days(rng, paid_at, 1, 20))
    done = scene.lander.by_now(refunded_at)
    values = _charge(scene, bills, periods, rows, 0) | {
        "amount_refunded": np.where(done, periods.amount, 0),
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "refunded": done,
        "created": paid_at,
    }
    scene.lander.land("stripe.charge", paid_at, values, changes=[refunded_at])
    _land_refunds(scene, bills, periods, np.flatnonzero(refunds).astype(np.int64), refunded_at)


def _land_refunds(
    scene: Scene, bills: Bills, periods: Periods, rows: I64, refunded_at: I64
) -> None:
    number = scene.ids.events + 1 + rows
    values = {
        "id": t.stripe_id("re", number),
        "charge_id": t.stripe_id("ch", number),
        "amount": periods.amount[rows],
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
    paid_at = periods.begins + np.where(failed, 3 * DAY, HOUR)
    _land_invoices(scene, bills, periods, paid_at)
    _land_failures(scene, bills, periods, failed)
    _land_charges(scene, bills, periods, paid_at)
