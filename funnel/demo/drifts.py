"""What quietly changed its meaning in the company's last months; the truth lists it.

None of it changes what happened to anybody, so the definition says the same with it and without.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import END, I64, NEVER, Flags, seconds
from funnel.demo.definition import is_served
from funnel.demo.landing import Lander
from funnel.demo.world import World

LOWERED_SCORE = 30
RECALIBRATED_BY = 12
IMPORTED_SHARE = 0.3
"""Of the contacts that never did anything."""


@dataclass(frozen=True)
class Drift:
    """One cause, as an alert should name it."""

    kind: str
    system: str
    stage: str | None
    rule: str | None
    subject: str | None
    owner_team: str
    valid_from: str
    valid_to: str | None = None

    @property
    def since(self) -> int:
        """Its first moment."""
        return seconds(self.valid_from)

    @property
    def before(self) -> int:
        """The moment at which it is over."""
        return seconds(self.valid_to) if self.valid_to else NEVER


DRIFTS = {
    # Marketing hands over earlier, to fill the spring.
    "lower score": Drift(
        "label_agreement", "hubspot", "mql", "score", None, "marketing", "2026-03-02", "2026-03-30"
    ),
    # A new form does not ask for the country, until somebody notices.
    "no country": Drift(
        "fill_rate",
        "hubspot",
        "mql",
        "served_country",
        "country",
        "marketing",
        "2026-04-06",
        "2026-04-27",
    ),
    # An admin tidies up the statuses of leads.
    "renamed status": Drift(
        "unknown_label", "salesforce", None, None, "Working - Nurture", "sales", "2026-05-04"
    ),
    # The points of HubSpot's score are set anew, the score that makes an MQL with them.
    "new points": Drift(
        "score_recalibrated", "hubspot", "mql", "score", "lead_score", "marketing", "2026-05-18"
    ),
    # An old list comes back as MQLs.
    "import": Drift(
        "overridden", "hubspot", "mql", None, None, "marketing", "2026-06-08", "2026-06-09"
    ),
    # A token has run out.
    "silent ads": Drift(
        "missing_data", "linkedin_ads", None, None, "ad_spend", "marketing", "2026-06-22"
    ),
}


def at_work(lander: Lander, name: str, times: I64) -> Flags:
    """At which of the times a drift is at work; never in a quiet company."""
    drift = DRIFTS[name]
    return np.asarray((times >= drift.since) & (times < drift.before) & (not lander.is_quiet))


def drifted(world: World, lander: Lander) -> World:
    """The same chunk, in which some served countries are not known: unknown ones pass as well."""
    humans, accounts = world.humans, world.accounts
    asked = humans.channel != s.OUTBOUND
    lost = at_work(lander, "no country", humans.born) & asked & _served(humans.country)
    asked = accounts.channel != s.OUTBOUND
    first = world.first_account_time(humans.account, humans.born)
    unknown = at_work(lander, "no country", first) & asked & _served(accounts.country)
    return replace(
        world,
        humans=replace(humans, country=np.where(lost, -1, humans.country)),
        accounts=replace(accounts, country=np.where(unknown, -1, accounts.country)),
    )


def _served(country: I64) -> Flags:
    nowhere = np.full(len(country), -1)
    return is_served(nowhere, country, np.full(len(country), END - 1))


def land_drifts(lander: Lander) -> None:
    """Every drift that has begun, for the truth."""
    drifts = [] if lander.is_quiet else list(DRIFTS.values())
    since = np.array([drift.since for drift in drifts], dtype=np.int64)
    values = {
        name: t.pick([getattr(drift, name) for drift in drifts], np.arange(len(drifts)))
        for name in ("kind", "system", "stage", "rule", "subject", "owner_team")
    }
    times = {
        "valid_from": since,
        "valid_to": np.array([drift.before for drift in drifts], dtype=np.int64),
    }
    lander.land("truth.drifts", since, values | times)
