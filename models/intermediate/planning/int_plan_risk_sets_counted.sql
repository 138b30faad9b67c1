{# Grain: one row a funnel, segment, step, sample and week of waiting. #}
{%- set counted = ['advanced', 'exited', 'open', 'joined'] -%}
with

counts as (select * from {{ ref('int_plan_transitions_counted') }}),

samples as ({{ plan_sample_spine() }}),

weeks as ({{ whole_numbers(0, int_var('planning_history_weeks')) }}),

moves as (

    -- A journey joins those at risk when it is first seen, and leaves them with its fate.
    {% for waited, counts_in in [('waited_weeks', counted[:-1]), ('unseen_weeks', ['joined'])] %}
    select
        funnel,
        segment,
        step,
        sample_group,
        {%- for fate in counted %}
        {%- set test = "fate = '" ~ fate ~ "'" if fate != 'joined' else 'true' %}
        sum(case when {{ test if fate in counts_in else 'false' }} then journey_count else 0 end)
            as {{ fate }}_count,
        {%- endfor %}
        {{ waited }} as waited_weeks
    from counts
    group by funnel, segment, step, sample_group, {{ waited }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

whole as (

    select
        funnel,
        segment,
        step,
        {%- for fate in counted %}
        sum({{ fate }}_count) as {{ fate }}_count,
        {%- endfor %}
        waited_weeks
    from moves
    group by funnel, segment, step, waited_weeks

),

kinds as (

    select distinct
        funnel,
        segment,
        step
    from whole

),

signed as (

    -- Sample 0 is everything; each other one is everything less its own part.
    select
        whole.*,
        samples.number as sample_number
    from whole cross join samples
    union all
    select
        funnel,
        segment,
        step,
        {%- for fate in counted %}
        -{{ fate }}_count as {{ fate }}_count,
        {%- endfor %}
        waited_weeks,
        sample_group as sample_number
    from moves
    union all
    select
        kinds.funnel,
        kinds.segment,
        kinds.step,
        {%- for fate in counted %}
        0 as {{ fate }}_count,
        {%- endfor %}
        weeks.number as waited_weeks,
        samples.number as sample_number
    from kinds cross join weeks cross join samples

),

summed as (

    select
        funnel,
        segment,
        step,
        sample_number,
        {%- for fate in counted %}
        cast(sum({{ fate }}_count) as bigint) as {{ fate }}_count,
        {%- endfor %}
        waited_weeks
    from signed
    group by funnel, segment, step, sample_number, waited_weeks

),

int_plan_risk_sets_counted as (

    select
        *,
        cast(sum(joined_count - open_count - advanced_count - exited_count) over (
            partition by funnel, segment, step, sample_number
            order by waited_weeks
        ) + advanced_count + exited_count as bigint) as waiting_count
    from summed

)

select * from int_plan_risk_sets_counted
