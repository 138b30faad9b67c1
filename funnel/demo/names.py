"""Names, addresses and ids of people and companies."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import I64, Rng
from funnel.demo.text import Text
from funnel.demo.touches import stream
from funnel.demo.world import World


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    """
    Anna Ben Carla David Elena Felix Grace Hugo Ines Jonas
    Kira Liam Maya Noah Olga Paul Quinn Rosa Sven Tara
    Uma Victor Wanda Xenia Yara Zoe Akira Hana Kenji Yuki
    Pierre Camille Lars Mette Diego Lucia Omar Leila Chen Priya
    """
)
LAST = _words(
    """
    Adler Brown Cohen Dubois Evans Fischer Garcia Hansen Ito Jansen
    Keller Lopez Meyer Novak Olsen Peters Quist Rossi Smith Tanaka
    Ueda Vogel Wagner Young Zimmer Bakker Clarke Durand Becker Sato
    Walsh Murphy Singh Patel Silva Costa Moreau Laurent Nilsson Berg
    """
)
COMPANY = _words(
    """
    Alder Beacon Cobalt Delta Ember Falcon Granite Harbor Indigo Juniper
    Kestrel Lumen Maple Nimbus Orchid Pioneer Quartz Ridge Summit Timber
    Umbra Vertex Willow Zephyr
    """
)
TRADE = _words(
    """
    Works Systems Labs Logistics Foods Health Energy Media Retail Partners
    """
)
INDUSTRIES = _words(
    """
    Software Logistics Food Healthcare Energy Media Retail Services
    """
)
TITLES = (
    "Head of Operations",
    "Sales Manager",
    "Marketing Lead",
    "Chief Revenue Officer",
    "Founder",
    "Revenue Analyst",
    "IT Director",
    "Office Manager",
)
SENIORITY = ("director", "manager", "manager", "executive", "owner", "entry", "director", "entry")
INVALID = ("n/a", "anna.berg", "info@", "x@@y", "@acme.com")


class Names:
    """Every text about the people and companies of a chunk; row i is human or account i."""

    def __init__(self, world: World) -> None:
        rng, count = stream(world, "names"), len(world.humans.born)
        self.offset = world.chunk * s.CHUNK_PEOPLE
        self.number = np.arange(count) + self.offset + 1
        alike = _namesakes(world)
        self.first = t.pick(FIRST, rng.integers(0, len(FIRST), count)[alike])
        self.last = t.pick(LAST, rng.integers(0, len(LAST), count)[alike])
        role = rng.integers(0, len(TITLES), count)
        self.title, self.seniority = t.pick(TITLES, role), t.pick(SENIORITY, role)
        self._companies(rng, count)
        self.phone = t.joined("+1555", t.digits(self.number, 8))
        self._emails(rng, world)

    def _companies(self, rng: Rng, count: int) -> None:
        word = t.pick(COMPANY, rng.integers(0, len(COMPANY), count))
        trade = t.pick(TRADE, rng.integers(0, len(TRADE), count))
        number = t.digits(self.number)
        self.company = t.joined(word, " ", trade, " ", number)
        self.industry = t.pick(INDUSTRIES, rng.integers(0, len(INDUSTRIES), count))
        self.domain = t.joined(pc.utf8_lower(word), pc.utf8_lower(trade), number, ".com")

    def _emails(self, rng: Rng, world: World) -> None:
        humans = world.humans
        kind, count = humans.email_class, len(humans.born)
        name = t.joined(pc.utf8_lower(self.first), ".", pc.utf8_lower(self.last))
        unique = t.joined(name, t.digits(self.number))
        solo = t.joined("solo", t.digits(self.number), ".com")
        work = t.either(humans.account >= 0, t.repeat(self.domain, humans.account), solo)
        free = t.pick(s.FREE_DOMAINS, rng.integers(0, len(s.FREE_DOMAINS), count))
        local = t.either(kind == s.TEST, _test_local(rng, unique), unique)
        mailbox = t.pick(s.SHARED_MAILBOXES, np.maximum(humans.account, 0) % 4)
        local = t.either(kind == s.SHARED, mailbox, local)
        domain = t.either(kind == s.FREE, free, _special_domain(rng, kind, work))
        address = t.either(kind == s.JUNK, s.JUNK_ADDRESS, t.joined(local, "@", domain))
        self.private_email = t.joined("home.", unique, "@", free)
        broken = t.pick(INVALID, rng.integers(0, len(INVALID), count))
        self.email = t.either(kind == s.NONE, None, t.either(kind == s.INVALID, broken, address))
        other = t.either(world.second.is_business, work, free)
        private = t.joined("me.", unique)
        local = t.either(world.second.is_business, unique, private)
        self.second_email = t.joined(local, "@", other)


def _namesakes(world: World) -> I64:
    """Whose name each human has: one's own, or now and then that of a colleague."""
    account, count = world.humans.account, len(world.humans.born)
    own = np.arange(count)
    before = np.maximum(own - 1, 0)
    colleagues = (account >= 0) & (account[before] == account) & world.humans.is_matchable
    alike = colleagues & (stream(world, "namesakes").random(count) < s.NAMESAKE_SHARE)
    return np.where(alike, before, own)


def _test_local(rng: Rng, unique: Text) -> Text:
    plus = rng.random(len(unique)) < 0.5
    return t.either(plus, t.joined(unique, "+test"), t.joined("test.", unique))


def _special_domain(rng: Rng, kind: I64, work: Text) -> Text:
    coin = rng.integers(0, 2, len(kind))
    ours = t.either(kind == s.INTERNAL, t.pick(s.INTERNAL_DOMAINS, coin), work)
    return t.either(kind == s.COMPETITOR, t.pick(s.COMPETITOR_DOMAINS, coin), ours)


def country(humans_or_accounts: I64) -> Text:
    """Two-letter codes, nothing for unknown."""
    return t.pick(s.COUNTRIES, humans_or_accounts)


def written_country(world: World, table: str, index: I64) -> Text:
    """Countries as people wrote them in a table: mostly codes, now and then a name."""
    rng = stream(world, "countries of " + table)
    words = [word for spellings in s.COUNTRY_SPELLINGS for word in spellings]
    ways = len(s.COUNTRY_SPELLINGS[0])
    word = np.where(index >= 0, index * ways + rng.integers(0, ways, len(index)), -1)
    spelled = rng.random(len(index)) < s.SPELLED_COUNTRY_SHARE
    return t.either(spelled, t.pick(words, word), country(index))


def currency(index: I64) -> Text:
    """Three-letter codes."""
    return t.pick(s.CURRENCIES, index)


HUBSPOT_OWNERS = 12
REPS = 12


def owner_number(account: I64, human: I64) -> I64:
    """The rep of an account, or of a person without one."""
    return np.where(account >= 0, account, human) % HUBSPOT_OWNERS


class Ids:
    """Record ids of a chunk: plain numbers that never collide between chunks."""

    def __init__(self, world: World) -> None:
        self.people = world.chunk * s.CHUNK_PEOPLE
        self.events = world.chunk * s.ID_STRIDE
        self.is_sales = world.deals.in_salesforce

    def contact(self, human: I64) -> I64:
        """A HubSpot contact."""
        return np.where(human >= 0, 1_000_001 + self.people + human, -1)

    def second_contact(self, human: I64) -> I64:
        """The contact that is merged away."""
        return 900_000_001 + self.people + human

    def lost_company(self, account: I64) -> I64:
        """The HubSpot company that is merged into the account's."""
        return np.where(account >= 0, 800_000_001 + self.people + account, -1)

    def company(self, account: I64) -> I64:
        """A HubSpot company."""
        return np.where(account >= 0, 5_000_001 + self.people + account, -1)

    def event(self, rows: I64) -> I64:
        """Anything that happens, and deals."""
        return np.where(rows >= 0, 1 + self.events + rows, -1)

    def lost_account(self, account: I64) -> I64:
        """The number in the id of the Salesforce account that is merged into the account's."""
        return np.where(account >= 0, 1_000_000_001 + self.people + account, -1)

    def person(self, human: I64) -> I64:
        """The number in a Salesforce lead, contact or account id."""
        return np.where(human >= 0, 1 + self.people + human, -1)
