{# Grain: one row a funnel, segment, step, fate, part of the journeys, week of entry and weeks
   waited. #}
{%- set nodes = ['awareness', 'lead', 'prospect', 'opportunity', 'win'] -%}
with

journeys as (select * from {{ ref('fct_journeys') }}),

placed as (

    -- A stage that nobody dated is passed on the day of the next one that has a date.
    select
        funnel,
        {{ plan_segment() }} as segment,
        {{ sample_group() }} as sample_group,
        outcome = 'open' as is_open,
        {{ week_number('awareness_at') }} as awareness_week_number,
        {{ week_number('lead_at') }} as lead_week_number,
        {{ week_number('coalesce(prospect_at, opportunity_at, win_at)') }}
            as prospect_week_number,
        {{ week_number('coalesce(opportunity_at, win_at)') }} as opportunity_week_number,
        {{ week_number('win_at') }} as win_week_number,
        {{ week_number('exited_at') }}
            as exit_week_number
    from journeys
    where not (has_win and win_at is null)

),

stepped as (
    {% for node in nodes[:-1] %}
    select
        funnel,
        segment,
        '{{ node }}' as step,
        sample_group,
        is_open,
        {{ node }}_week_number as entered_week_number,
        case
            when {{ nodes[loop.index] }}_week_number < 0 then {{ nodes[loop.index] }}_week_number
        end
            as next_week_number,
        exit_week_number
    from placed
    where {{ node }}_week_number < 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

waited as (

    -- Whoever still waits has been seen for the weeks up to the cutoff, and no further.
    select
        *,
        case
            when next_week_number is not null then 'advanced'
            when is_open then 'open'
            else 'exited'
        end as fate,
        case
            when next_week_number is not null then next_week_number - entered_week_number
            when is_open then -entered_week_number
            else greatest(coalesce(exit_week_number, entered_week_number) - entered_week_number, 0)
        end as waited_weeks,
        greatest({{ plan_first_week() }} - entered_week_number, 0) as unseen_weeks
    from stepped

),

int_plan_transitions_counted as (

    select
        funnel,
        segment,
        step,
        fate,
        sample_group,
        entered_week_number,
        waited_weeks,
        unseen_weeks,
        count(*) as journey_count
    from waited
    where waited_weeks >= unseen_weeks
    group by
        funnel, segment, step, fate, sample_group, entered_week_number, waited_weeks, unseen_weeks

)

select * from int_plan_transitions_counted
