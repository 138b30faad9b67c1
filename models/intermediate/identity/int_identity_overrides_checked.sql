{{ config(post_hook="{{ stop_if(
    'select fault from ' ~ this ~ ' where fault is not null order by 1'
) }}") }}
{# Grain: one row per reviewed decision on two records that was made before the cutoff. A decision
   that cannot be carried out stops the build with a sentence. #}
with

overrides as (

    select * from {{ ref('identity_overrides') }}
    where decided_on is null or decided_on < {{ cutoff() }}

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

decisions as (

    select
        *,
        'identity_overrides: ' || coalesce(decision, 'a decision') || ' '
        || coalesce(system, '?') || ' ' || coalesce(record_id, '?') || ', '
        || coalesce(other_system, '?') || ' ' || coalesce(other_record_id, '?') as sentence_start,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ key_of(['other_system', 'other_record_id']) }} as other_record_key
    from overrides

),

contradictions as (

    select
        least(record_key, other_record_key) as one_key,
        greatest(record_key, other_record_key) as other_key
    from decisions
    group by least(record_key, other_record_key), greatest(record_key, other_record_key)
    having count(distinct decision) > 1

),

int_identity_overrides_checked as (

    select
        decisions.decision,
        decisions.record_key,
        decisions.other_record_key,
        decisions.reason,
        decisions.decided_by,
        decisions.sentence_start,
        decisions.sentence_start || case
            when decisions.decision is null or decisions.decision not in ('join', 'separate')
                then ' says neither join nor separate.'
            when people.record_key is null
                then ' names a first record that does not exist or cannot be used.'
            when other_people.record_key is null
                then ' names a second record that does not exist or cannot be used.'
            when decisions.record_key = decisions.other_record_key then ' names one record twice.'
            when coalesce(trim(decisions.reason), '') = '' then ' gives no reason.'
            when coalesce(trim(decisions.decided_by), '') = '' then ' does not say who decided it.'
            when decisions.decided_on is null then ' does not say when it was decided.'
            when contradictions.one_key is not null then ' is both joined and separated.'
        end as fault,
        decisions.decided_on
    from decisions
    left join people on decisions.record_key = people.record_key
    left join people as other_people on decisions.other_record_key = other_people.record_key
    left join contradictions
        on
            contradictions.one_key = least(decisions.record_key, decisions.other_record_key)
            and contradictions.other_key
            = greatest(decisions.record_key, decisions.other_record_key)

)

select * from int_identity_overrides_checked
