"""Draws the accounts and the humans who work there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo.clock import DAY, END, F64, I64, NEVER, START, Flags, Rng, arrivals, never, when


@dataclass(frozen=True)
class Accounts:
    """One row an account; -1 means unknown."""

    segment: I64
    employees: I64
    country: I64
    channel: I64
    is_silent: Flags
    start: I64

    @property
    def in_salesforce(self) -> Flags:
        """Whether sales works the account in Salesforce (else in HubSpot)."""
        return np.asarray((self.segment > 0) | (self.channel == s.OUTBOUND))


@dataclass(frozen=True)
class Humans:
    """One row a human; account -1 means no company."""

    account: I64
    segment: I64
    channel: I64
    employees: I64
    country: I64
    email_class: I64
    is_silent: Flags
    in_salesforce: Flags
    in_hubspot: Flags
    born: I64

    @property
    def is_matchable(self) -> Flags:
        """Has an address of one's own, by which several systems can know the same human."""
        return has_own_address(self.email_class)

    @property
    def is_lead_valid(self) -> Flags:
        """Passes the rules about addresses that every lead must pass."""
        return np.isin(self.email_class, (s.BUSINESS, s.FREE, s.SHARED, s.JUNK))

    @property
    def is_outside_funnel(self) -> Flags:
        """Staff, competitors and test records, who are in no KPI."""
        return np.isin(self.email_class, (s.INTERNAL, s.COMPETITOR, s.TEST))

    @property
    def is_business(self) -> Flags:
        """Writes from a company's own domain."""
        return np.isin(self.email_class, (s.BUSINESS, s.SHARED))


def has_own_address(email_class: I64) -> Flags:
    """Neither without an address nor with one that others use too."""
    return ~np.isin(email_class, (s.NONE, s.INVALID, s.SHARED, s.JUNK))


def pick(rng: Rng, shares: tuple[float, ...], count: int) -> I64:
    """Indices drawn by shares (which need not add up to one)."""
    weights = np.array(shares)
    return rng.choice(len(shares), count, p=weights / weights.sum()).astype(np.int64)


def _employees(rng: Rng, segment: I64) -> I64:
    bounds = np.array(s.EMPLOYEE_RANGE, dtype=np.float64)
    low, high = bounds[segment, 0], bounds[segment, 1]
    drawn = low * (high / low) ** (rng.random(len(segment)) ** 0.8)
    unknown = rng.random(len(segment)) < s.UNKNOWN_EMPLOYEES_SHARE
    return np.where(unknown, -1, drawn).astype(np.int64)


def _country(rng: Rng, count: int) -> I64:
    known = pick(rng, s.COUNTRY_SHARE, count)
    return np.where(rng.random(count) < s.UNKNOWN_COUNTRY_SHARE, -1, known)


def draw_accounts(rng: Rng, count: int) -> Accounts:
    """As many accounts as humans could need."""
    segment = pick(rng, s.SEGMENT_SHARE, count)
    channel = pick(rng, s.CHANNEL_SHARE, count)
    silent = (rng.random(count) < s.SILENT_ACCOUNT_SHARE) & (channel != s.OUTBOUND)
    employees, country = _employees(rng, segment), _country(rng, count)
    return Accounts(segment, employees, country, channel, silent, arrivals(rng, count))


def _employers(rng: Rng, people: int) -> tuple[I64, I64]:
    """The account of each human and the human's rank in it."""
    sizes = pick(rng, s.HUMANS_PER_ACCOUNT, people) + 1
    account = np.repeat(np.arange(people), sizes)[:people]
    first = np.cumsum(sizes) - sizes
    return account, np.arange(people) - first[account]


def _births(rng: Rng, accounts: Accounts, account: I64, rank: I64) -> I64:
    """Colleagues are heard of some weeks after the first one, or at any time."""
    start = accounts.start[account]
    later = start + (rng.gamma(1.5, 40.0, len(account)) * DAY).astype(np.int64)
    colleague = np.where(later < END, later, arrivals(rng, len(account)))
    return np.where(rank == 0, start, colleague)


def _email_classes(rng: Rng, alone: Flags) -> I64:
    usual = pick(rng, s.EMAIL_SHARE, len(alone))
    private = pick(rng, s.EMAIL_SHARE_NO_COMPANY, len(alone))
    return np.where(alone, private, usual)


def _share_mailboxes(rng: Rng, account: I64, alone: Flags, email_class: I64) -> None:
    """Some companies of several people write from one mailbox."""
    count = len(account)
    several = np.bincount(account, minlength=count) > 1
    chosen = several & (rng.random(count) < s.SHARED_ACCOUNT_SHARE)
    joins = chosen[account] & ~alone & (rng.random(count) < s.SHARED_SHARE)
    email_class[joins & (email_class == s.BUSINESS)] = s.SHARED


def _type_junk(rng: Rng, channel: I64, email_class: I64) -> None:
    """Some people whom HubSpot alone knows have an address that nobody has."""
    fits = np.flatnonzero((channel != s.OUTBOUND) & (email_class <= s.FREE))
    count = min(len(channel) // s.JUNK_ONE_IN, s.JUNK_AT_MOST, len(fits))
    if count >= s.JUNK_AT_LEAST:
        email_class[rng.choice(fits, count, replace=False)] = s.JUNK


def draw_humans(rng: Rng, people: int) -> tuple[Accounts, Humans]:
    """The accounts and humans of one chunk."""
    accounts = draw_accounts(rng, people)
    account, rank = _employers(rng, people)
    alone = rng.random(people) < s.NO_COMPANY_SHARE
    email_class = _email_classes(rng, alone)
    alone |= (email_class == s.INTERNAL) | (email_class == s.COMPETITOR)
    _share_mailboxes(rng, account, alone, email_class)
    _type_junk(rng, np.where(alone, -1, accounts.channel[account]), email_class)
    born = np.where(alone, arrivals(rng, people), _births(rng, accounts, account, rank))
    imported = START + (rng.random(people) * s.JUNK_DAYS * DAY).astype(np.int64)
    born = np.where(email_class == s.JUNK, imported, born)
    return accounts, _humans(rng, accounts, account, alone, email_class, born)


def _humans(
    rng: Rng, accounts: Accounts, account: I64, alone: Flags, email_class: I64, born: I64
) -> Humans:
    people = len(account)
    own_channel = pick(rng, s.CHANNEL_SHARE[: s.OUTBOUND], people)
    channel = np.where(alone, own_channel, accounts.channel[account])
    outbound = channel == s.OUTBOUND
    shown = rng.random(people) < s.OUTBOUND_IN_HUBSPOT_SHARE
    return Humans(
        account=np.where(alone, -1, account),
        segment=np.where(alone, 0, accounts.segment[account]),
        channel=channel,
        employees=np.where(alone, -1, accounts.employees[account]),
        country=np.where(alone, _country(rng, people), accounts.country[account]),
        email_class=email_class,
        is_silent=~alone & accounts.is_silent[account],
        in_salesforce=~alone & accounts.in_salesforce[account],
        in_hubspot=~outbound | (shown & has_own_address(email_class)),
        born=np.maximum(born, START).astype(np.int64),
    )


def is_fit(humans: Humans) -> Flags:
    """Would be a good customer, as far as the attributes say."""
    size = (humans.employees < 0) | (humans.employees >= s.FIT_EMPLOYEES)
    return np.asarray(size & (humans.country < s.FIT_COUNTRIES) & humans.is_business)


def quality(humans: Humans) -> F64:
    """How well the human's channel converts."""
    return np.asarray(s.CHANNEL_QUALITY[humans.channel])


@dataclass(frozen=True)
class SecondRecords:
    """A second HubSpot contact of the same human, merged later; never where there is none."""

    created: I64
    merged: I64
    is_business: Flags

    @property
    def exists(self) -> Flags:
        """Which humans have one."""
        return np.asarray(self.created < NEVER)


def draw_second_records(rng: Rng, humans: Humans, allowed: Flags, created: I64) -> SecondRecords:
    """Some humans come twice, with a private and a work address."""
    count = len(created)
    chosen = allowed & (rng.random(count) < s.SECOND_RECORD_SHARE)
    again = created + (rng.uniform(20, 200, count) * DAY).astype(np.int64)
    chosen &= again < END
    merged = again + (rng.uniform(3, 40, count) * DAY).astype(np.int64)
    business = chosen & (humans.email_class == s.FREE) & (humans.account >= 0)
    return SecondRecords(when(chosen, again), when(chosen, merged), business)


def no_second_records(count: int) -> SecondRecords:
    """Nobody comes twice."""
    return SecondRecords(never(count), never(count), np.zeros(count, dtype=np.bool_))
