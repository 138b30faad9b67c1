{# Grain: one row a funnel, segment, step, sample and week of waiting. #}
{%- set counted = ['advanced', 'exited', 'open', 'joined'] -%}
with

counts as (select * from {{ ref('plan_counts') }}),

samples as ({{ whole_numbers(0, plan_samples()) }}),

weeks as ({{ whole_numbers(0, int_var('planning_history_weeks')) }}),

moves as (

    -- A journey joins those at risk when it is first seen, and leaves them with its fate.
    select
        funnel,
        segment,
        step,
        sample_group,
        waited_weeks,
        {%- for fate in counted[:-1] %}
        sum(case when fate = '{{ fate }}' then journey_count else 0 end) as {{ fate }}_count,
        {%- endfor %}
        0 as joined_count
    from counts
    group by funnel, segment, step, sample_group, waited_weeks
    union all
    select
        funnel,
        segment,
        step,
        sample_group,
        unseen_weeks as waited_weeks,
        0 as advanced_count,
        0 as exited_count,
        0 as open_count,
        sum(journey_count) as joined_count
    from counts
    group by funnel, segment, step, sample_group, unseen_weeks

),

whole as (

    select
        funnel,
        segment,
        step,
        waited_weeks,
    {%- for fate in counted %}
    sum({{ fate }}_count) as {{ fate }}_count{{ ',' if not loop.last }}
    
{%- endfor %}
    from moves
    group by funnel, segment, step, waited_weeks

),

signed as (

    -- Sample 0 is everything; each other one is everything less its own part.
    select
        whole.*,
        samples.number as sample_number
    from whole
    cross join samples
    union all
    select
        funnel,
        segment,
        step,
        waited_weeks,
        {%- for fate in counted %}
        -{{ fate }}_count as {{ fate }}_count,
        {%- endfor %}
        sample_group as sample_number
    from moves
    union all
    select
        kinds.*,
        weeks.number as waited_weeks,
        {%- for fate in counted %}
        0 as {{ fate }}_count,
        {%- endfor %}
        samples.number as sample_number
    from (select distinct
        funnel,
        segment,
        step
    from whole) as kinds
    cross join weeks
    cross join samples

),

summed as (

    select
        funnel,
        segment,
        step,
        sample_number,
        waited_weeks,
    {%- for fate in counted %}
    cast(sum({{ fate }}_count) as bigint) as {{ fate }}_count{{ ',' if not loop.last }}
    
{%- endfor %}
    from signed
    group by funnel, segment, step, sample_number, waited_weeks

),

plan_risks as (

    select
        *,
        cast(sum(joined_count - open_count - advanced_count - exited_count) over (
            partition by funnel, segment, step, sample_number
            order by waited_weeks
        ) + advanced_count + exited_count as bigint) as waiting_count
    from summed

)

select * from plan_risks
