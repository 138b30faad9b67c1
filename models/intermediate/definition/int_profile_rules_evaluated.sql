{# Grain: one row a profile, version, stage and rule about attributes: whether it passes, fails,
   or can't tell. The only place that compares values with the definition's. #}
with

persons as (select * from {{ ref('int_person_profiles_dated') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

profiles as (

    select distinct
        profile_key,
        {{ definition_attributes().keys() | join(',\n        ') }}
    from persons

),

looked_up as (

    select
        profiles.profile_key,
        rules.definition_version,
        rules.stage,
        rules.rule,
        rules.rule_order,
        rules.operator,
        rules.value as wanted,
        rules.if_unknown,
        {{ attribute_of('profiles', 'rules.attribute') }} as known
    from profiles
    cross join rules
    where rules.attribute not in ('evidence', 'score', 'stage')

),

compared as (

    select
        *,
        case
            when known is null then null
            when operator in ('is', 'is_one_of') then {{ has_word('wanted', 'known') }}
            when operator in ('is_not', 'is_none_of') then not {{ has_word('wanted', 'known') }}
            when operator = 'at_least' then cast(known as bigint) >= cast(wanted as bigint)
            when operator = 'at_most' then cast(known as bigint) <= cast(wanted as bigint)
        end as holds
    from looked_up

),

int_profile_rules_evaluated as (

    select
        profile_key,
        definition_version,
        stage,
        rule,
        rule_order,
        case when holds then 'passed' when not holds then 'failed' else 'unknown' end as outcome,
        coalesce(holds, if_unknown = 'passes') as is_passed
    from compared

)

select * from int_profile_rules_evaluated
