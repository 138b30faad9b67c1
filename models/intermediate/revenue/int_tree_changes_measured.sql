{# Grain: one row a month or quarter, the period it is compared with, funnel and driver: from what
   to what it went. #}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

levels as (select * from {{ ref('int_tree_levels_measured') }}),

pairs as (

    {% for comparison in ['prior', 'year_before'] -%}
    select
        period_kind,
        period_start,
        '{{ comparison }}' as comparison,
        {{ comparison }}_start as earlier_start
    from periods
    where {{ comparison }}_start is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

int_tree_changes_measured as (

    -- A factor that one of the periods can't tell (no deal has no value) is taken from the other.
    select
        pairs.*,
        levels.funnel,
        levels.business,
        levels.driver,
        levels.owner_team,
        levels.driver_number,
        earlier.factor as earlier_factor,
        levels.factor,
        coalesce(earlier.factor, levels.factor, 0) as from_factor,
        coalesce(levels.factor, earlier.factor, 0) as to_factor,
        earlier.level as earlier_level,
        levels.level
    from pairs
    inner join levels
        on
            pairs.period_kind = levels.period_kind
            and pairs.period_start = levels.period_start
    inner join levels as earlier
        on
            pairs.period_kind = earlier.period_kind
            and pairs.earlier_start = earlier.period_start
            and levels.funnel = earlier.funnel
            and levels.driver = earlier.driver

)

select * from int_tree_changes_measured
