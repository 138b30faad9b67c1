{# Grain: one row a driver of revenue, in the order of the KPI tree, with the team that answers for
   it. #}
with

stages as (select * from {{ ref('lifecycle_stages') }} where not is_exit),

nodes as (

    select
        max(case when planning_node = 'lead' then stage_order end) as lead_order,
        max(case when planning_node = 'win' then stage_order end) as win_order
    from stages

),

ordered as (

    select
        0 as driver_order,
        'volume' as driver,
        'new' as business,
        'marketing' as owner_team
    union all
    select
        stages.stage_order as driver_order,
        case when stages.planning_node = 'lead' then 'mix' else stages.stage end as driver,
        'new' as business,
        stages.owner_team
    from stages
    cross join nodes
    where stages.stage_order between nodes.lead_order and nodes.win_order
    {% for driver, business, owner_team in [
        ('deal value', 'new', 'sales'),
        ('expansion', 'expansion', 'account_services'),
        ('renewal', 'renewal', 'account_services'),
    ] -%}
    union all
    select
        win_order + {{ loop.index }} as driver_order,
        '{{ driver }}' as driver,
        '{{ business }}' as business,
        '{{ owner_team }}' as owner_team
    from nodes
    {% endfor %}

),

int_tree_drivers_listed as (

    select
        driver,
        business,
        owner_team,
        driver_order,
        row_number() over (order by driver_order) as driver_number
    from ordered

)

select * from int_tree_drivers_listed
