{# Grain: one row per profile, version, stage and rule about attributes: passed, failed or
   unknown. The only model that compares values with the definition. #}
with

person_profiles as (select * from {{ ref('int_person_profiles_dated') }}),

rules as (

    select * from {{ ref('int_required_rules_listed') }}
    where attribute not in ('evidence', 'score', 'stage')

),

profiles as (

    select distinct
        profile_key,
        {{ definition_attributes().keys() | join(',\n        ') }}
    from person_profiles

),

profile_values as (

    select
        profiles.profile_key,
        rules.definition_version,
        rules.stage,
        rules.rule,
        rules.rule_order,
        rules.operator,
        rules.value as required_value,
        rules.if_unknown,
        {{ attribute_of('profiles', 'rules.attribute') }} as known_value
    from profiles
    cross join rules

),

comparisons as (

    select
        *,
        case
            when known_value is null then null
            when
                operator in ('is', 'is_one_of')
                then {{ has_word('required_value', 'known_value') }}
            when operator in ('is_not', 'is_none_of')
                then not {{ has_word('required_value', 'known_value') }}
            when operator = 'at_least'
                then cast(known_value as bigint) >= cast(required_value as bigint)
            when operator = 'at_most'
                then cast(known_value as bigint) <= cast(required_value as bigint)
        end as is_true
    from profile_values

),

int_profile_rules_evaluated as (

    select
        profile_key,
        definition_version,
        stage,
        rule,
        rule_order,
        case when is_true then 'passed' when not is_true then 'failed' else 'unknown' end
            as outcome,
        coalesce(is_true, if_unknown = 'passes') as is_passed
    from comparisons

)

select * from int_profile_rules_evaluated
