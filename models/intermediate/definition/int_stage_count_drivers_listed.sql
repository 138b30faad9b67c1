{# Grain: one row per stage that the definition decides and driver of its count, in order: volume
   (how many journeys could enter), mix (their funnels and channels), and each rule. #}
with

versions as (

    -- A draft has changed no count.
    select * from {{ ref('int_evaluation_versions_dated') }} where evaluation = 'in_force'

),

rules as (select * from {{ ref('int_required_rules_listed') }}),

rule_places as (

    -- Versions may order the rules differently: the first place counts.
    select
        rules.stage,
        rules.rule,
        bool_or(rules.attribute = 'evidence') as is_evidence,
        min(rules.rule_order) as first_place
    from rules
    inner join versions on rules.definition_version = versions.definition_version
    group by rules.stage, rules.rule

),

stages as (select distinct stage from rule_places),

drivers as (

    select
        stage,
        'volume' as driver,
        cast(null as {{ dbt.type_string() }}) as rule,
        -2 as place
    from stages
    union all
    select
        stage,
        'mix' as driver,
        cast(null as {{ dbt.type_string() }}) as rule,
        -1 as place
    from stages
    union all
    -- The evidence is what makes a journey a candidate: it is no driver of its own.
    select
        stage,
        'rule' as driver,
        rule,
        first_place as place
    from rule_places
    where not is_evidence

),

int_stage_count_drivers_listed as (

    select
        stage,
        driver,
        rule,
        row_number() over (partition by stage order by place, rule nulls first) as driver_number
    from drivers

)

select * from int_stage_count_drivers_listed
