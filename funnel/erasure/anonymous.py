"""Makes the anonymous row of a landed one.

There stay times, amounts, ids of opportunities and owners, ids of companies that are not the
person, and words that enough records bear or that a seed maps: what totals are made of. Everything
else goes, and each id of the person becomes a random one."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from funnel.erasure.find import Found, Warehouse

Row = dict[str, Any]
Record = tuple[str, str]
NOTHING = ("phone", "company_name", "name", "row_json", "parent_record_id")
OWN_IDS = ("touch_id", "event_id", "anonymous_id", "source_key")
# Words of the systems.
WORDS = (
    "job_title", "seniority", "country", "industry", "lead_source", "lead_source_detail",
    "tracking_label", "lead_campaign", "stage_label", "exit_reason", "channel_label", "campaign",
    "label", "from_label", "change_source", "value", "from_value", "role", "kind",
)  # fmt: skip
RARE = "erased"
# A number of employees or points; a telephone number is longer.
SMALL_NUMBER = re.compile(r"-?\d{1,7}([.]\d{1,4})?")
MAPPED = (
    ("country_names", "country_name"),
    ("country_names", "country"),
    ("stage_labels", "label"),
    ("channel_labels", "label"),
    ("reason_labels", "label"),
    ("evidence_kinds", "kind"),
)
ADDRESSES = """
    select records.system, records.record_id, addresses.address, addresses.domain,
        addresses.is_test_address
    from {int_emails_normalized} as addresses
    inner join {usable_people} as records on addresses.record_key = records.record_key
    where addresses.is_valid and addresses.record_key in (select unnest($keys))
    order by all
"""
# They say nothing of one person: of many records, of a company that stays, or known to a seed.
KEPT_DOMAINS = """
    select domain from {email_domains}
    union
    select domain from {usable_companies}
    where domain is not null and company_key not in (select unnest($companies))
    union
    select domain from {int_emails_normalized}
    where record_key not in (select unnest($keys))
    group by domain
    having count(*) >= $least
"""


@dataclass
class Anonymizer:
    """What all rows of an erasure share: random ids and addresses, and what may stay."""

    warehouse: Warehouse
    found: Found
    least: int
    mapped_words: set[str] = field(default_factory=set)
    addresses: dict[Record, list[str]] = field(default_factory=dict)
    tests: set[Record] = field(default_factory=set)
    kept_domains: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.mapped_words = {
            str(word).lower()
            for table, column in MAPPED
            for (word,) in self.warehouse.rows(f"select distinct {column} from {{{table}}}")
        }
        values = {"keys": sorted(self.found.keys), "least": self.least}
        values |= {"companies": sorted(self.found.company_keys)}
        self.kept_domains = {str(domain) for (domain,) in self.warehouse.rows(KEPT_DOMAINS, values)}
        self._give_addresses()

    def _give_addresses(self) -> None:
        """Equal addresses stay equal: they join records."""
        mailboxes, own_domains = dict[str, str](), dict[str, str]()
        keys = {"keys": sorted(self.found.keys)}
        for system, record_id, address, domain, is_test in self.warehouse.rows(ADDRESSES, keys):
            each, old = (str(system), str(record_id)), str(domain)
            mailbox = mailboxes.setdefault(str(address), f"erased-{secrets.token_hex(8)}")
            own = f"erased-{secrets.token_hex(8)}.invalid"
            new = old if old in self.kept_domains else own_domains.setdefault(old, own)
            self.addresses.setdefault(each, []).append(f"{mailbox}@{new}")
            if is_test:
                self.tests.add(each)

    def rows(self, system: str, entity: str, name: str, rows: list[Row]) -> list[Row]:
        """Of one staging model. Their order, which decides ties, stays."""
        words = self.common_words(name, rows)
        keys = sorted({(str(row["source_table"]), str(row["source_key"] or "")) for row in rows})
        new_keys = {
            key: f"erased-{number:07}-{secrets.token_hex(8)}" for number, key in enumerate(keys)
        }
        return [
            self._row(system, entity, row, words)
            | _origin(row, new_keys[str(row["source_table"]), str(row["source_key"] or "")])
            for row in rows
        ]

    def common_words(self, name: str, rows: list[Row]) -> dict[str, dict[str, str]]:
        """For each column, the words that stay, and as what: enough records bear them, or a seed
        maps them or what is in front of their slash."""
        words = dict[str, dict[str, str]]()
        for column in WORDS:
            borne = sorted({row[column] for row in rows if isinstance(row.get(column), str)})
            if borne:
                counts = self.warehouse.rows(
                    f"select {column}, count(*) from {{{name}}}"
                    f" where {column} in (select unnest($borne)) group by {column}",
                    {"borne": borne},
                )
                many = {str(word) for word, count in counts if int(str(count)) >= self.least}
                parts = {word: self._harmless_part(word) for word in borne if word not in many}
                words[column] = {word: word for word in many}
                words[column] |= {word: part for word, part in parts.items() if part is not None}
        return words

    def _harmless_part(self, word: str) -> str | None:
        """The word, or its part that decides the channel (macro channels_of_labels)."""
        if word.strip().lower() in self.mapped_words or SMALL_NUMBER.fullmatch(word):
            return word
        front, slash, _ = word.partition(" / ")
        return front if slash and front.lower() in self.mapped_words else None

    def _row(
        self, system: str, entity: str, row: Row, words: Mapping[str, Mapping[str, str]]
    ) -> Row:
        new = {name: _value(name, value, words) for name, value in row.items()}
        new |= self._references(system, entity, row)
        if entity == "people":
            each = (system, str(row["record_id"]))
            new["email"] = ", ".join(self.addresses.get(each, [])) or None
            new["company_domain"] = self._domain(row.get("company_domain"))
            new["is_test"] = row.get("is_test") or each in self.tests
        elif entity == "companies":
            new["domain"] = self._domain(row.get("domain"))
        return {column: value for column, value in new.items() if column in row}

    def _references(self, system: str, entity: str, row: Row) -> Row:
        """Ids of the persons in the row, each replaced by the random one."""
        found = self.found
        is_company = entity == "attribute_changes" and row["entity"] == "companies"
        columns = {
            "record_id": found.companies if is_company else found.records,
            "other_record_id": found.records,
            "company_record_id": found.companies,
            "merged_into_record_id": found.companies,
        }
        new = {
            name: ids.get((system, str(row[name])), row[name])
            for name, ids in columns.items()
            if row.get(name) is not None
        }
        if row.get("crm_record_id") is not None:
            crm = (str(row.get("crm_system")), str(row["crm_record_id"]))
            new["crm_record_id"] = found.companies.get(crm, row["crm_record_id"])
        return new

    def _domain(self, domain: str | None) -> str | None:
        return domain if domain and domain.lower() in self.kept_domains else None


def _value(name: str, value: Any, words: Mapping[str, Mapping[str, str]]) -> Any:
    if name in NOTHING or value is None:
        return None
    if name in WORDS and isinstance(value, str):
        return words.get(name, {}).get(value, RARE)
    return value


def _origin(row: Row, key: str) -> Row:
    """A table whose name has a point is not counted among the rows read."""
    table = str(row["source_table"])
    return {
        **{name: key for name in OWN_IDS if row.get(name) is not None},
        "source_table": f"{table}{'_' if '.' in table else '.'}erased",
    }
