{{ config(post_hook="{{ stop_if(
    'select fault from ' ~ this ~ ' where fault is not null order by 1'
) }}") }}
{# Grain: one row a decision on alerts that was taken before the cutoff. #}
with

decisions as (

    select * from {{ ref('alert_decisions') }}
    where decided_on is null or cast(decided_on as timestamp) < {{ cutoff() }}

),

kinds as (select distinct kind from {{ ref('drift_monitors') }}),

int_decisions_checked as (

    select
        decisions.*,
        'alert_decisions: ' || coalesce(decisions.decision, 'a decision') || ' '
        || coalesce(decisions.kind, 'any kind') || ' of '
        || coalesce(decisions.system, 'any system')
        || case
            when coalesce(decisions.decision, '') not in ('acknowledged', 'silenced')
                then ' says neither acknowledged nor silenced.'
            when decisions.kind is not null and kinds.kind is null
                then ' names a kind that no alert has.'
            when coalesce(trim(decisions.reason), '') = '' then ' gives no reason.'
            when coalesce(trim(decisions.decided_by), '') = '' then ' does not say who decided it.'
            when decisions.decided_on is null then ' does not say when it was decided.'
            when decisions.decision = 'silenced' and decisions.valid_until is null
                then ' does not say until when: nothing is silenced for ever.'
            when decisions.valid_until < decisions.decided_on then ' ends before it was decided.'
        end as fault,
        coalesce(
            cast(decisions.valid_until as timestamp) < {{ cutoff() }}, false
        ) as is_expired
    from decisions
    left join kinds on decisions.kind = kinds.kind

)

select * from int_decisions_checked
