with

decisions as (

    select * from {{ ref('alert_decisions') }}
    where decided_on is null or cast(decided_on as timestamp) < {{ cutoff() }}

),

kinds as (select * from {{ ref('alert_next_steps') }}),

decision_faults as (

    select
        'alert_decisions: ' || coalesce(decisions.decision, 'a decision') || ' '
        || coalesce(decisions.kind, 'any kind') || ' of '
        || coalesce(decisions.system, 'any system')
        || case
            when coalesce(decisions.decision, '') not in ('acknowledged', 'silenced', 'resolved')
                then ' is neither acknowledged nor silenced nor resolved.'
            when decisions.decision = 'resolved' and decisions.turned_out is null
                then ' does not say what the alert turned out to be.'
            when decisions.kind is not null and kinds.kind is null
                then ' names a kind that no alert has.'
            when coalesce(trim(decisions.reason), '') = '' then ' has no reason.'
            when coalesce(trim(decisions.decided_by), '') = '' then ' does not say who decided.'
            when decisions.decided_on is null then ' does not say when it was decided.'
            when decisions.decision = 'silenced' and decisions.valid_until is null
                then ' has no valid_until: no alert is silenced for ever.'
            when decisions.valid_until < decisions.decided_on then ' ends before it was decided.'
        end as sentence
    from decisions
    left join kinds on decisions.kind = kinds.kind

)

select * from decision_faults
where sentence is not null
