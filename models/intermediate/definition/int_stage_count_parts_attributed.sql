{# Grain: one row a period that has one before it, stage, cell (funnel and channel) and driver: the
   driver's part in the change of the cell's entries. #}
{%- set cell = 'period_kind, period_start, earlier_start, stage, funnel, channel' -%}
{%- set driver = cell ~ ', driver, rule, driver_number' -%}
{#- Eight points of Gauss and Legendre between 0 and 1, and what each weighs. -#}
{%- set points = [
    (0.0198550717512319, 0.0506142681451885), (0.1016667612931866, 0.1111905172266872),
    (0.2372337950418355, 0.1568533229389434), (0.4082826787521751, 0.1813418916891808),
    (0.5917173212478248, 0.1813418916891808), (0.7627662049581645, 0.1568533229389434),
    (0.8983332387068134, 0.1111905172266872), (0.9801449282487681, 0.0506142681451885),
] -%}

with

factors as (select * from {{ ref('int_stage_count_factors_measured') }}),

numbered as (

    select
        {{ driver }},
        level_count - earlier_level_count as level_change,
        {{ as_double('from_factor') }} as from_factor,
        {{ as_double('to_factor - from_factor') }} as way,
        max(driver_number) over (partition by stage) as last_number,
        sum(case when driver = 'mix' then level_count + earlier_level_count end) over (
            partition by {{ cell }}
        ) as journey_count
    from factors

),

moved as (

    -- Shapley's shares of a product, as in kpi_tree; with eight points exact for 16 factors.
    select
        {%- for place, weight in points %}
        from_factor + {{ as_double(place) }} * way as factor_{{ loop.index }},
        {%- endfor %}
        {{ driver }},
        level_change,
        way,
        last_number
    from numbered
    where journey_count > 0

),

multiplied as (

    select
        {%- for point in points %}
        {%- set factor = 'factor_' ~ loop.index %}
        case
            when min({{ factor }}) > 0
                then exp(sum(case when {{ factor }} > 0 then ln({{ factor }}) end))
            else 0
        end as entries_{{ loop.index }},
        {%- endfor %}
        {{ cell }}
    from moved
    group by {{ cell }}

),

shared as (

    select
        moved.*,
        moved.way * (
            0
            {%- for place, weight in points %}
            + {{ as_double(weight) }} * coalesce(
                multiplied.entries_{{ loop.index }} / nullif(moved.factor_{{ loop.index }}, 0), 0
            )
            {%- endfor %}
        ) as part
    from moved
    inner join multiplied
        on
            moved.period_kind = multiplied.period_kind
            and moved.period_start = multiplied.period_start
            and moved.stage = multiplied.stage
            and moved.funnel = multiplied.funnel
            and moved.channel = multiplied.channel

),

explained as (

    -- Rounded as they run, and the last one takes what is left, so that they add up to the change.
    select
        *,
        case
            when driver_number = last_number then level_change
            else cast(round(cast(
                sum(part) over (partition by {{ cell }} order by driver_number) as decimal(28, 8)
            ), 2) as decimal(18, 2))
        end as explained_change
    from shared

),

int_stage_count_parts_attributed as (

    select
        {{ driver }},
        cast(explained_change - lag(explained_change, 1, 0) over (
            partition by {{ cell }} order by driver_number
        ) as decimal(18, 2)) as change
    from explained

)

select * from int_stage_count_parts_attributed
