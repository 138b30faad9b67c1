{{ config(post_hook="{{ stop_if(
    'select fault from ' ~ this ~ ' where fault is not null order by 1'
) }}") }}
{# Grain: one row a reviewed decision on two records that was taken before the cutoff. #}
with

overrides as (

    select * from {{ ref('identity_overrides') }}
    where decided_on is null or decided_on < {{ cutoff() }}

),

people as (select * from {{ ref('int_people_unioned') }}),

keyed as (

    select
        *,
        'identity_overrides: ' || coalesce(decision, 'a decision') || ' '
        || coalesce(system, '?') || ' ' || coalesce(record_id, '?') || ', '
        || coalesce(other_system, '?') || ' ' || coalesce(other_record_id, '?') as told,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ key_of(['other_system', 'other_record_id']) }} as other_record_key
    from overrides

),

contradicted as (

    select
        least(record_key, other_record_key) as one_key,
        greatest(record_key, other_record_key) as other_key
    from keyed
    group by least(record_key, other_record_key), greatest(record_key, other_record_key)
    having count(distinct decision) > 1

),

int_overrides_checked as (

    select
        keyed.decision,
        keyed.record_key,
        keyed.other_record_key,
        keyed.reason,
        keyed.decided_by,
        keyed.told,
        keyed.told || case
            when keyed.decision is null or keyed.decision not in ('join', 'separate')
                then ' says neither join nor separate.'
            when people.record_key is null
                then ' names a first record that is not there or can not be used.'
            when other_people.record_key is null
                then ' names a second record that is not there or can not be used.'
            when keyed.record_key = keyed.other_record_key then ' names one record twice.'
            when coalesce(trim(keyed.reason), '') = '' then ' gives no reason.'
            when coalesce(trim(keyed.decided_by), '') = '' then ' does not say who decided it.'
            when keyed.decided_on is null then ' does not say when it was decided.'
            when contradicted.one_key is not null then ' is both joined and separated.'
        end as fault,
        keyed.decided_on
    from keyed
    left join people on keyed.record_key = people.record_key
    left join people as other_people on keyed.other_record_key = other_people.record_key
    left join contradicted
        on
            least(keyed.record_key, keyed.other_record_key) = contradicted.one_key
            and greatest(keyed.record_key, keyed.other_record_key) = contradicted.other_key

)

select * from int_overrides_checked
