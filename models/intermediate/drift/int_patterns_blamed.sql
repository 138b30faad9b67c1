{# Grain: one row a version, stage and pattern: the rule that alone keeps its people out, if it is
   one rule. #}
with

chances as (select * from {{ ref('int_label_chances') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

patterns as (

    select distinct
        definition_version,
        stage,
        pattern
    from chances

),

failed as (

    select
        patterns.definition_version,
        patterns.stage,
        patterns.pattern,
        rules.rule,
        rules.attribute
    from patterns
    inner join rules
        on
            patterns.definition_version = rules.definition_version
            and patterns.stage = rules.stage
    where
        substr(patterns.pattern, cast(rules.rule_order as integer), 1) = 'f'
        or (
            substr(patterns.pattern, cast(rules.rule_order as integer), 1) = 'u'
            and rules.if_unknown = 'fails'
        )

),

int_patterns_blamed as (

    select
        definition_version,
        stage,
        pattern,
        case when count(*) = 1 then max(rule) else 'several' end as blamed_rule,
        case when count(*) = 1 then max(attribute) else 'several' end as blamed_attribute
    from failed
    group by definition_version, stage, pattern

)

select * from int_patterns_blamed
