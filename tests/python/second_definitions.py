"""Queries that hold a second definition of a lead, each in its own shape, and innocent ones."""

from typing import NamedTuple

from funnel.check.breach import Rule
from funnel.check.single import (
    every_query_can_be_followed,
    labels_decide_no_stage,
    leads_come_from_the_definition,
    only_the_definition_reads_evidence,
    only_the_definition_tests_attributes,
)

KPIS = "models/marts/conversion"


class Planted(NamedTuple):
    """A query that is added to the project, and what the breach of it must say."""

    name: str
    sql: str
    rule: Rule | None = None
    says: str = ""
    folder: str = KPIS

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}.sql"


LABELS = [
    Planted(
        "claimed_in_where",
        "select count(*) as n from intermediate.int_stage_claims_rows_checked as c"
        " where c.stage = 'mql'",
        labels_decide_no_stage,
        "its where by the label int_stage_claims_rows_checked.stage",
    ),
    Planted(
        "scored_by_the_system",
        "select count(*) as n from intermediate.int_people_rows_checked where lead_score >= 45",
        labels_decide_no_stage,
        "its where by the label int_people_rows_checked.lead_score",
    ),
    Planted(
        "claimed_by_word",
        "select record_key from intermediate.int_stage_claims_rows_checked"
        " where lower(label) in ('marketingqualifiedlead', 'recycled')",
        labels_decide_no_stage,
        "int_stage_claims_rows_checked.label",
    ),
    Planted(
        "claimed_under_another_name",
        "with claims as (select record_key, stage as phase"
        " from intermediate.int_stage_claims_rows_checked),"
        " phases as (select record_key, upper(phase) as step from claims)"
        " select count(*) as n from phases where step = 'MQL'",
        labels_decide_no_stage,
        "int_stage_claims_rows_checked.stage -> claims.phase -> phases.step",
    ),
    Planted(
        "claimed_in_case",
        "select sum(case when stage = 'lead' then 1 else 0 end) as n"
        " from intermediate.int_stage_claims_rows_checked",
        labels_decide_no_stage,
        "its aggregate",
    ),
    Planted(
        "claimed_in_filter",
        "select count(*) filter (where stage = 'sql') as n"
        " from intermediate.int_stage_claims_rows_checked",
        labels_decide_no_stage,
        "its filter",
    ),
    Planted(
        "claimed_in_window",
        "with flagged as (select record_key, max(stage) over (partition by record_key) as highest"
        " from intermediate.int_stage_claims_rows_checked),"
        " told as (select record_key, highest = 'mql' as is_so from flagged)"
        " select count(*) as n from told where is_so",
        labels_decide_no_stage,
        "flagged.highest -> told.is_so",
    ),
    Planted(
        "claimed_in_group",
        "select label, count(*) as n from intermediate.int_stage_claims_rows_checked"
        " group by label",
        labels_decide_no_stage,
        "its group by",
    ),
    Planted(
        "claimed_of_people",
        "select count(*) as n from intermediate.int_people_rows_checked as p"
        " inner join seeds.stage_labels as s on lower(p.stage_label) = s.label"
        " where s.stage = 'mql'",
        labels_decide_no_stage,
        "stage_labels.stage",
    ),
    Planted(
        "claimed_by_all_others",
        "select count(*) as n from intermediate.int_stage_claims_rows_checked"
        " where stage not in ('disqualified', 'recycled')",
        labels_decide_no_stage,
        "int_stage_claims_rows_checked.stage",
    ),
    Planted(
        "claimed_by_the_rest",
        "select sum(case when stage = 'recycled' then 0 else 1 end) as n"
        " from intermediate.int_stage_claims_rows_checked",
        labels_decide_no_stage,
        "int_stage_claims_rows_checked.stage",
    ),
    Planted(
        "claimed_by_nobody",
        "select count(*) as n from intermediate.int_record_persons_mapped as r"
        " where not exists (select 1 from intermediate.int_stage_claims_rows_checked as c"
        " where c.record_key = r.record_key and c.stage = 'lead')",
        labels_decide_no_stage,
        "its where",
    ),
    Planted(
        "claimed_in_having",
        "select record_key from intermediate.int_stage_claims_rows_checked group by record_key"
        " having bool_or(stage = 'mql')",
        labels_decide_no_stage,
        "its having",
    ),
    Planted(
        "claimed_over_conditions",
        "select count(*) as n from intermediate.int_stage_claims_rows_checked"
        " where (stage = 'recycled') = false",
        labels_decide_no_stage,
        "its where",
    ),
]
ATTRIBUTES = [
    Planted(
        "asked_in_where",
        "select count(*) as n from marts.fct_lifecycle as l"
        " inner join marts.dim_persons as p on l.person_key = p.person_key where p.country = 'US'",
        only_the_definition_tests_attributes,
        "int_persons_resolved.country -> dim_persons.country",
    ),
    Planted(
        "asked_by_arithmetic",
        "select sum(cast(has_business_email as integer) * cast(not is_test as integer)) as n"
        " from marts.dim_persons",
        only_the_definition_tests_attributes,
        "dim_persons.is_test",
    ),
    Planted(
        "asked_as_a_sum",
        "select sum(cast(country = 'DE' as integer)) as n from marts.dim_persons",
        only_the_definition_tests_attributes,
        "its aggregate",
    ),
    Planted(
        "asked_in_a_set",
        "select count(*) as n from marts.fct_lifecycle as l inner join"
        " (select person_key from marts.dim_persons where not is_internal) as good"
        " on l.person_key = good.person_key",
        only_the_definition_tests_attributes,
        "dim_persons.is_internal",
    ),
    Planted(
        "asked_in_a_join",
        "select count(*) as n from marts.fct_journeys as j inner join marts.dim_accounts as a"
        " on j.account_key = a.account_key and a.employee_count >= 20",
        only_the_definition_tests_attributes,
        "its join by the attribute int_accounts_described.employees -> dim_accounts.employee_count",
    ),
    Planted(
        "asked_by_absence",
        "with served as (select 'US' as country), found as (select p.person_key, s.country as home"
        " from marts.dim_persons as p left join served as s on p.country = s.country)"
        " select count(*) as n from found where home is not null",
        only_the_definition_tests_attributes,
        "dim_persons.country -> found.home",
    ),
    Planted(
        "asked_through_a_star",
        "with wide as (select * from marts.dim_accounts),"
        " more as (select wide.*, 1 as one from wide)"
        " select count(*) as n from more where employee_count > 20",
        only_the_definition_tests_attributes,
        "dim_accounts.employee_count",
    ),
    Planted(
        "asked_in_having",
        "select account_key from marts.dim_accounts group by account_key"
        " having min(industry) = 'x'",
        only_the_definition_tests_attributes,
        "its having",
    ),
    Planted(
        "asked_by_count_if",
        "select count_if(is_competitor) as n from marts.dim_persons",
        only_the_definition_tests_attributes,
        "its aggregate",
    ),
    Planted(
        "asked_of_a_flag",
        "select sum(cast(has_valid_email as integer)) as n from marts.dim_persons",
        only_the_definition_tests_attributes,
        "dim_persons.has_valid_email",
    ),
    Planted(
        "asked_by_nulls",
        "select count(seniority) as n from marts.dim_persons",
        only_the_definition_tests_attributes,
        "dim_persons.seniority",
    ),
    Planted(
        "asked_of_who_counts",
        "select count(distinct case when p.has_valid_email then l.journey_key end) as n"
        " from marts.fct_lifecycle as l"
        " inner join marts.dim_persons as p on l.person_key = p.person_key",
        only_the_definition_tests_attributes,
        "its aggregate",
    ),
    Planted(
        "asked_in_qualify",
        "select person_key from marts.dim_persons"
        " qualify row_number() over (partition by account_key order by person_key) = 1 and is_test",
        only_the_definition_tests_attributes,
        "its qualify",
    ),
    Planted(
        "flagged_first", "select person_key, seniority = 'vp' as is_big from marts.dim_persons"
    ),
    Planted(
        "asked_in_the_next_model",
        "select count(*) as n from marts.flagged_first where is_big",
        only_the_definition_tests_attributes,
        "dim_persons.seniority -> flagged_first.is_big",
    ),
    Planted(
        "asked_in_a_branch",
        "select count(*) as n from marts.fct_journeys union all"
        " select count(*) from intermediate.int_person_attributes_dated"
        " where country in ('US', 'GB')",
        only_the_definition_tests_attributes,
        "int_person_attributes_dated.country",
    ),
    Planted(
        "asked_before_it_was_resolved",
        "select count(*) as n from intermediate.int_people_rows_checked"
        " where company_employees > 20",
        only_the_definition_tests_attributes,
        "int_people_rows_checked.company_employees",
    ),
    Planted(
        "asked_behind_a_step_of_the_same_name",
        "with dim_persons as (select 1 as one)"
        " select count(*) as n from marts.dim_persons where is_test",
        only_the_definition_tests_attributes,
        "dim_persons.is_test",
    ),
    Planted(
        "asked_in_an_analysis",
        "select count(*) as n from marts.dim_persons where is_test",
        only_the_definition_tests_attributes,
        "analyses/asked_in_an_analysis.sql",
        folder="analyses",
    ),
    Planted(
        "scored_again",
        "select person_key from intermediate.int_touches_resolved as t"
        " inner join seeds.lead_definition_scores as s on t.kind = s.kind"
        " group by person_key having sum(s.points) >= 40",
        only_the_definition_tests_attributes,
        "lead_definition_scores.points",
    ),
]
EVIDENCE = [
    Planted(
        "weighed_by_kind",
        "select count(distinct person_key) as n from intermediate.int_touches_resolved"
        " where kind in ('form_submitted', 'event_attended')",
        only_the_definition_reads_evidence,
        "int_touches_rows_checked.kind -> int_touches_resolved.kind",
    ),
    Planted(
        "weighed_by_signal",
        "select count(*) as n from intermediate.int_touch_journeys_assigned as t"
        " inner join seeds.evidence_kinds as k on t.kind = k.kind and k.signal = 'worked_on'",
        only_the_definition_reads_evidence,
        "its join by the evidence evidence_kinds.signal",
    ),
    Planted(
        "weighed_by_likeness",
        "select count(*) as n from intermediate.int_touches_resolved where kind like 'form%'",
        only_the_definition_reads_evidence,
        "int_touches_resolved.kind",
    ),
    Planted(
        "weighed_by_a_list",
        "with wanted as (select 'form_submitted' as kind) select count(*) as n"
        " from intermediate.int_touches_resolved as t inner join wanted as w on t.kind = w.kind",
        only_the_definition_reads_evidence,
        "its join",
    ),
]
CALLED = [
    Planted(
        "called_by_name",
        "select channel, count(*) as lead_count from intermediate.int_touches_resolved"
        " group by channel",
        leads_come_from_the_definition,
        "has the column lead_count",
    ),
    Planted(
        "called_by_a_later_name",
        "with counted as (select count(*) as n from intermediate.int_touches_resolved)"
        " select n as mqls from counted",
        leads_come_from_the_definition,
        "has the column mqls",
    ),
    Planted(
        "called_in_a_branch",
        "select stage, journey_key from marts.fct_lifecycle union all"
        " select 'mql' as stage, journey_key from intermediate.int_touch_journeys_assigned",
        leads_come_from_the_definition,
        "alias named mql",
    ),
    Planted(
        "called_in_a_case",
        "select case when channel = 'email' then 'lead' end as kind_of_person"
        " from intermediate.int_touches_resolved",
        leads_come_from_the_definition,
        "alias named lead",
    ),
]
LOST = [
    Planted(
        "read_around_the_models",
        "select count(*) as n from hubspot.contact where property_lifecyclestage = 'lead'",
        every_query_can_be_followed,
        "it reads contact, which is no model",
    ),
    Planted("written_badly", "select from where", every_query_can_be_followed, "can't be followed"),
]
INNOCENT = [
    Planted(
        "leads_by_country",
        "select p.country, p.seniority, count(*) as lead_count from marts.fct_lifecycle as l"
        " left join marts.dim_persons as p on l.person_key = p.person_key"
        " where l.stage = 'lead' and l.stage_entry_number = 1 group by p.country, p.seniority",
    ),
    Planted(
        "leads_by_size",
        "with sized as (select account_key,"
        " case when employee_count >= 100 then 'large' else 'small' end as size_band"
        " from marts.dim_accounts)"
        " select size_band, sum(case when has_mql then 1 else 0 end) as mql_count"
        " from marts.fct_journeys as j left join sized on j.account_key = sized.account_key"
        " group by size_band",
    ),
    Planted(
        "employees_on_average",
        "select industry, avg(employee_count) as employees, count(distinct country) as countries"
        " from marts.dim_accounts group by industry",
    ),
    Planted(
        "reasons_of_recycling",
        "with claims as (select * from intermediate.int_stage_claims_rows_checked"
        " where stage in ('recycled', 'disqualified'))"
        " select label, count(*) as n from claims group by label",
    ),
    Planted(
        "touches_by_kind",
        "select kind, count(*) as touch_count from intermediate.int_touches_resolved group by kind",
    ),
    Planted(
        "clicks_on_ads",
        "select count(*) as n from intermediate.int_touches_resolved where kind = 'ad_clicked'",
    ),
    Planted(
        "leads_of_a_funnel",
        "select count(*) as lead_count from marts.fct_lifecycle"
        " where funnel = 'enterprise' and stage = 'lead'",
    ),
    Planted(
        "leads_by_any_segment",
        "with told as (select a.industry, a.country,"
        " case when grouping(a.industry) = 0 then 'industry' else 'country' end as slice_name,"
        " count(*) as lead_count from marts.fct_lifecycle as l"
        " left join marts.dim_accounts as a on l.account_key = a.account_key"
        " where l.stage = 'lead' group by grouping sets ((a.industry), (a.country)))"
        " select industry, lead_count from told where slice_name = 'industry'",
    ),
    Planted(
        "last_label_shown",
        "select record_key, max_by(label, claimed_at) as last_label"
        " from intermediate.int_stage_claims_rows_checked group by record_key",
    ),
    Planted(
        "people_beside_accounts",
        "with people as (select country, count(*) as n from marts.dim_persons group by country),"
        " accounts as (select country, count(*) as n from marts.dim_accounts group by country)"
        " select people.country, people.n, accounts.n as m from people"
        " full outer join accounts on people.country = accounts.country",
    ),
    Planted(
        "label_agreement_counts_by_day",
        "select count(*) filter (where c.stage = 'mql') as mql_label_count"
        " from intermediate.int_stage_claims_rows_checked as c",
        folder="models/marts/quality",
    ),
]
FAULTS = [*LABELS, *ATTRIBUTES, *EVIDENCE, *CALLED, *LOST]
