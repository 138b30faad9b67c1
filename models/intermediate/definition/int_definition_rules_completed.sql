{# Grain: one row a version, stage and rule that a person must pass: the stage's own, and what a
   lead must be, since whoever is no lead is nothing later either. #}
-- depends_on: {{ ref('int_definition_checked') }}
with

rules as (select * from {{ ref('lead_definition_rules') }}),

stages as (

    select distinct
        definition_version,
        stage
    from rules

),

own as (

    select
        definition_version,
        stage,
        rule,
        attribute,
        operator,
        value,
        if_unknown,
        meaning,
        case when attribute = 'evidence' then 3 when attribute = 'score' then 4 else 2 end as place
    from rules

),

lead_rules as (

    select
        stages.definition_version,
        stages.stage,
        own.rule,
        own.attribute,
        own.operator,
        own.value,
        own.if_unknown,
        own.meaning,
        1 as place
    from stages
    inner join own
        on
            stages.definition_version = own.definition_version
            and stages.stage != own.stage
            and own.stage = 'lead'
            and own.place = 2
    left join own as same_named
        on
            stages.definition_version = same_named.definition_version
            and stages.stage = same_named.stage
            and own.rule = same_named.rule
    where same_named.rule is null

),

is_lead as (

    -- A score may be full before there is a lead; then the stage waits for it.
    select
        definition_version,
        stage,
        'is_lead' as rule,
        'stage' as attribute,
        'is' as operator,
        'lead' as value,
        'fails' as if_unknown,
        'Is a lead' as meaning,
        5 as place
    from own
    where attribute = 'score' and stage != 'lead'

),

all_rules as (

    select * from own
    union all
    select * from lead_rules
    union all
    select * from is_lead

),

int_definition_rules_completed as (

    select
        definition_version,
        stage,
        rule,
        attribute,
        operator,
        value,
        if_unknown,
        meaning,
        row_number() over (
            partition by definition_version, stage order by place, rule
        ) as rule_order
    from all_rules

)

select * from int_definition_rules_completed
