{# Grain: one row a system, signal about its own labels, subject and day. #}
with

claims as (

    select * from {{ ref('int_stage_claims_rows_checked') }}
    where reason_code is null or reason_code = 'unknown_label'

),

deal_stages as (

    select * from {{ ref('int_opportunity_stages_rows_checked') }}
    where reason_code = 'unknown_label'

),

people as (select * from {{ ref('int_people_unioned') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

ordered as (

    select
        claims.system,
        claims.record_key,
        lower(claims.label) as label,
        claims.reason_code,
        stages.stage_order,
        claims.claimed_at,
        lag(stages.stage_order) over (
            partition by claims.record_key order by claims.claimed_at, claims.claim_key
        ) as former_order,
        people.created_at
    from claims
    inner join people on claims.record_key = people.record_key
    left join stages on claims.stage = stages.stage

),

int_claims_counted as (

    select
        system,
        'back_dated' as signal,
        '' as subject,
        cast(greatest(claimed_at, created_at) as date) as count_date,
        count(case when cast(claimed_at as date) < cast(created_at as date) then 1 end)
            as bad_count,
        count(*) as all_count
    from ordered
    where claimed_at is not null and created_at is not null
    group by system, count_date
    union all
    select
        system,
        'reopened' as signal,
        '' as subject,
        cast(claimed_at as date) as count_date,
        count(case when stage_order < former_order then 1 end) as bad_count,
        count(*) as all_count
    from ordered
    where claimed_at is not null
    group by system, count_date
    union all
    select
        system,
        'unknown_label' as signal,
        label as subject,
        cast(claimed_at as date) as count_date,
        count(*) as bad_count,
        count(*) as all_count
    from ordered
    where claimed_at is not null and reason_code is not null
    group by system, label, count_date
    union all
    select
        system,
        'unknown_label' as signal,
        'deal ' || lower(label) as subject,
        cast(entered_at as date) as count_date,
        count(*) as bad_count,
        count(*) as all_count
    from deal_stages
    where entered_at is not null
    group by system, subject, count_date
    union all
    select
        system,
        'vanished_label' as signal,
        label as subject,
        cast(claimed_at as date) as count_date,
        0 as bad_count,
        count(*) as all_count
    from ordered
    where claimed_at is not null and reason_code is null
    group by system, label, count_date

)

select * from int_claims_counted
