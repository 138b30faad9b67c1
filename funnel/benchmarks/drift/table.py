"""The scores of all cases as tables to read."""

from pathlib import Path

import duckdb

HEADING = Path(__file__).with_name("heading.md")
DAYS = (1, 3, 7, 14)
FOUND = ", ".join(f"round(100 * avg(case when days <= {day} then 1 else 0 end))" for day in DAYS)
DETECTORS = f"""
    select
        regime, detector,
        round(avg(false_count) filter (kind = 'none'), 2),
        {FOUND.replace("end))", "end) filter (kind != 'none'), 1)")},
        round(100 * avg(case when days <= 1 then 1 else 0 end) filter (affected >= 10), 1),
        round(100 * avg(is_right_system::int), 1),
        case when detector = 'this project' then round(100 * avg(is_right_rule::int), 1) end
    from scores
    group by regime, detector
    order by regime, detector != 'this project', detector
"""
KINDS = f"""
    select
        regime, kind, size + 1, count(*), median(affected), {FOUND},
        round(100 * avg(is_right_system::int)), round(100 * avg(is_right_rule::int))
    from scores
    where detector = 'this project' and kind != 'none'
    group by regime, kind, size
    order by regime, min(place), size
"""
AFFECTED = f"""
    select
        regime,
        case when affected < 3 then '0 to 2' when affected < 10 then '3 to 9'
            when affected < 20 then '10 to 19' when affected < 50 then '20 to 49'
            else '50 and more' end as leads,
        count(*), {FOUND},
        round(100 * avg(case when days_affected <= 1 then 1 else 0 end))
    from scores
    where detector = 'this project' and kind != 'none'
    group by regime, leads
    order by regime, min(affected)
"""
HEADINGS = {
    DETECTORS: "regime | detector | false alerts in 90 days | 1 day | 3 | 7 | 14 "
    "| 1 day, ten leads or more | right system | right rule",
    AFFECTED: "regime | leads affected on the first day | drifts | 1 day | 3 | 7 | 14 "
    "| 1 day from the first affected lead",
    KINDS: "regime | drift | size | drifts | leads affected on the first day (median) "
    "| 1 day | 3 | 7 | 14 | right system | right rule",
}


def write_table(scores: Path, table: Path) -> None:
    """What each detector found, then ours by number of leads and drift by drift."""
    parts = [HEADING.read_text()]
    with duckdb.connect() as connection:
        connection.execute(
            "create table scores as select *, row_number() over () as place "
            f"from read_csv('{scores}', types = {{'days': 'bigint', 'days_affected': 'bigint', "
            "'is_right_system': 'boolean', 'is_right_rule': 'boolean'})"
        )
        for query, heading in HEADINGS.items():
            rows = connection.execute(query).fetchall()
            parts.append(f"\n| {heading} |\n|{'---|' * (heading.count('|') + 1)}\n")
            parts += [f"| {' | '.join(_cell(value) for value in row)} |\n" for row in rows]
    table.write_text("".join(parts))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value + 0:g}" if isinstance(value, float) else str(value)
