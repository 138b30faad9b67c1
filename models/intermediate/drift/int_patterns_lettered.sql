{# Grain: one row a profile, version and stage: one letter a rule in rule order. p passed, f failed,
   u unknown; e, s and l stand where evidence, the score and being a lead are asked. #}
{%- set place = "cast(100 + rules.rule_order as " ~ dbt.type_string() ~ ")" -%}

with

profiles as (select distinct profile_key from {{ ref('int_person_profiles_dated') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

evaluated as (select * from {{ ref('int_profile_rules_evaluated') }}),

lettered as (

    select
        profiles.profile_key,
        rules.definition_version,
        rules.stage,
        {{ place }} || case rules.attribute
            when 'evidence' then 'e'
            when 'score' then 's'
            when 'stage' then 'l'
            else substr(evaluated.outcome, 1, 1)
        end as letter
    from profiles
    cross join rules
    left join evaluated
        on
            profiles.profile_key = evaluated.profile_key
            and rules.definition_version = evaluated.definition_version
            and rules.stage = evaluated.stage
            and rules.rule = evaluated.rule

),

int_patterns_lettered as (

    -- The place in front of each letter keeps them in order, and goes again.
    select
        profile_key,
        definition_version,
        stage,
        translate({{ list_of_texts('letter', '') }}, '0123456789', '') as pattern
    from lettered
    group by profile_key, definition_version, stage

)

select * from int_patterns_lettered
