{# Grain: one row a stage that the definition decides and driver of its count, in order: how many
   come into question, from where, and each rule. #}
with

evaluations as (select * from {{ ref('int_definition_versions_dated') }} where evaluation = 'in_force'),

rules as (

    -- A draft has moved nothing.
    select inherited.*
    from {{ ref('int_definition_rules_completed') }} as inherited
    inner join evaluations on inherited.definition_version = evaluations.definition_version

),

ordered as (

    -- The evidence is what brings somebody into question. Versions may put a rule in another
    -- place: its first one counts.
    select
        stage,
        'rule' as driver,
        rule,
        min(rule_order) as place
    from rules
    where attribute != 'evidence'
    group by stage, rule
    {% for driver, place in [('volume', -2), ('mix', -1)] -%}
    union all
    select
        stage,
        '{{ driver }}' as driver,
        cast(null as {{ dbt.type_string() }}) as rule,
        {{ place }} as place
    from rules
    group by stage
    {% endfor %}

),

int_stage_count_drivers_listed as (

    select
        stage,
        driver,
        rule,
        row_number() over (partition by stage order by place, rule nulls first) as driver_number
    from ordered

)

select * from int_stage_count_drivers_listed
