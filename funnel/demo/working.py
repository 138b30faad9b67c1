"""How teams work in the CRMs: who owns a record since when, why it ended, who set a label."""

from __future__ import annotations

import numpy as np

from funnel.demo import text as t
from funnel.demo.clock import F64, I64, NEVER, Flags, add_days, when
from funnel.demo.history import History
from funnel.demo.names import owner_number
from funnel.demo.scene import Scene
from funnel.demo.touches import stream
from funnel.demo.world import World

OWNER_BASE = 70_001
QUEUE = "00G000000000001EAA"
QUEUE_SHARE = 0.4
"""Of the Salesforce leads: they wait in a queue until somebody takes them."""
NEVER_ASSIGNED_SHARE = 0.05
DROP_REASONS = ("No budget", "Wrong person", "Not a fit", "Not reachable", "Not now", "See notes")
"""The last one is in no seed."""
NO_DROP_REASON_SHARE = 0.1
FEEDBACK = ("too_expensive", "missing_features", "switched_service", "unused")
CANCELLATIONS = ("cancellation_requested", "payment_failed")
NO_FEEDBACK_SHARE = 0.2
PAYMENT_FAILED_SHARE = 0.1

MARKS = ("CRM_UI", "AUTOMATION_PLATFORM", "INTEGRATION", "IMPORT")
MARKED_BY = ("user", "workflow", "api", "import")
MARK_SHARES = (0.4, 0.45, 0.1, 0.05)
SALES_SHARES = (0.8, 0.15, 0.05)
AUTOMATION_USER, INTEGRATION_USER = 13, 14
"""The numbers of the users under which Salesforce's flows and another system work."""


def assigned_in_hubspot(scene: Scene) -> I64:
    """When each contact got its owner: some hours or days after the person became a lead."""
    rng = stream(scene.world, "hubspot owners")
    begun = np.maximum(scene.first_stage("lead"), scene.in_hubspot)
    return _assigned(rng.random(len(begun)), rng.uniform(0.01, 4, len(begun)), begun)


def _assigned(dice: F64, days: F64, begun: I64) -> I64:
    at = when(dice >= NEVER_ASSIGNED_SHARE, add_days(begun, days))
    return np.where(begun < NEVER, at, NEVER)


def assigned_in_salesforce(scene: Scene) -> I64:
    """When each lead got an owner who is a person: at once, or when somebody took it."""
    world = scene.world
    rng = stream(world, "salesforce owners")
    dice, days = rng.random(len(world.lead_created)), rng.uniform(0.01, 3, len(world.lead_created))
    taken = np.minimum(add_days(world.lead_created, days), world.converted - 60)
    at = np.where(dice < QUEUE_SHARE, np.maximum(taken, world.lead_created + 1), world.lead_created)
    return np.where(world.lead_created < NEVER, at, NEVER)


def hubspot_owner(scene: Scene, human: I64) -> I64:
    """The owner of a contact who has one."""
    return OWNER_BASE + owner_number(scene.world.humans.account[human], human)


def drop_reasons(scene: Scene) -> I64:
    """Why each person in `dropped` was given up; some reps never say."""
    dropped, people = scene.dropped, len(scene.world.humans.born)
    rng = stream(scene.world, "drop reasons")
    reason = rng.integers(0, len(DROP_REASONS), len(dropped.human))
    silent = rng.random(people) < NO_DROP_REASON_SHARE
    return np.where(silent[dropped.human], -1, reason)


def drop_history(scene: Scene, worked: Flags) -> History:
    """The reasons of the people worked in a system, as its history has them."""
    dropped, reason = scene.dropped, drop_reasons(scene)
    said = worked[dropped.human] & (reason >= 0)
    return History(dropped.human, when(said, dropped.at), reason)


def cancellations(world: World) -> tuple[t.Text, t.Text]:
    """Stripe's reason and the customer's own one of each subscription that ends."""
    rng, count = stream(world, "cancellations"), len(world.subscriptions)
    failed = rng.random(count) < PAYMENT_FAILED_SHARE
    chosen = rng.integers(0, len(FEEDBACK), count)
    said = ~failed & (rng.random(count) >= NO_FEEDBACK_SHARE)
    reason = t.pick(CANCELLATIONS, failed.astype(np.int64))
    return reason, t.pick(FEEDBACK, np.where(said, chosen, -1))


def marks(scene: Scene, name: str, history: History, imported: Flags) -> I64:
    """What set each label of a contact in HubSpot, as an index of MARKS."""
    shares = np.cumsum(MARK_SHARES)
    dice = stream(scene.world, name + " marks").random((len(scene.world.humans.born), 8))
    drawn = np.searchsorted(shares, dice[history.human, history.value], side="right")
    return np.where(imported, MARKS.index("IMPORT"), np.minimum(drawn, len(MARKS) - 1))


def sales_marks(scene: Scene, human: I64, value: I64) -> I64:
    """Who set each status of a lead in Salesforce: 0 the rep, 1 a flow, 2 another system."""
    dice = stream(scene.world, "status marks").random((len(scene.world.humans.born), 8))
    drawn = np.searchsorted(np.cumsum(SALES_SHARES), dice[human, value], side="right")
    return np.asarray(np.minimum(drawn, len(SALES_SHARES) - 1))
