{# Grain: one row an exit after which the person came back: long enough after it, and before
   sales had taken it up again. #}
{%- set earlier -%}
    partition by person_key
    order by happened_at, is_exit
    rows between unbounded preceding and 1 preceding
{%- endset -%}

with

touches as (select * from {{ ref('int_touches_resolved') }}),

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }}
    where person_key is not null and opportunity_type = 'new'

),

exits as (select * from {{ ref('int_exits_unioned') }} where person_key is not null),

kinds as (select * from {{ ref('evidence_kinds') }}),

leavers as (select distinct person_key from exits),

events as (

    select
        person_key,
        exited_at as happened_at,
        true as is_exit,
        false as is_work
    from exits
    union all
    select
        touches.person_key,
        touches.occurred_at as happened_at,
        false as is_exit,
        kinds.signal = 'worked_on' as is_work
    from touches
    inner join leavers on touches.person_key = leavers.person_key
    inner join kinds on touches.kind = kinds.kind
    where kinds.signal in ('interested', 'worked_on') and touches.occurred_at is not null
    union all
    select
        opportunities.person_key,
        opportunities.created_at as happened_at,
        false as is_exit,
        true as is_work
    from opportunities
    inner join leavers on opportunities.person_key = leavers.person_key
    where opportunities.created_at is not null

),

looked_back as (

    select
        person_key,
        happened_at,
        is_exit,
        max(case when is_exit then happened_at end) over ({{ earlier }}) as last_exit_at,
        max(case when is_work then happened_at end) over ({{ earlier }}) as last_work_at
    from events

),

int_returns_detected as (

    select
        person_key,
        last_exit_at,
        min(happened_at) as started_at
    from looked_back
    where
        not is_exit
        and happened_at >= {{ add_days('last_exit_at', int_var('recycle_after_days')) }}
        and (last_work_at is null or last_work_at <= last_exit_at)
    group by person_key, last_exit_at

)

select * from int_returns_detected
