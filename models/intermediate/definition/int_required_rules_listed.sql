{# Grain: one row per version, stage and rule that a person must pass: the rules of the stage
   itself, and the rules of the lead, since a person who is no lead can reach no later stage. #}
-- depends_on: {{ ref('int_definition_faults_listed') }}
with

definition_rules as (select * from {{ ref('lead_definition_rules') }}),

lead_stages as (

    -- The stage that the plan counts as leads, whatever its name.
    select stage from {{ ref('lifecycle_stages') }} where planning_node = 'lead'

),

own_rules as (

    select
        definition_rules.definition_version,
        definition_rules.stage,
        definition_rules.rule,
        definition_rules.attribute,
        definition_rules.operator,
        definition_rules.value,
        definition_rules.if_unknown,
        definition_rules.meaning,
        lead_stages.stage is not null as is_lead_stage,
        case definition_rules.attribute when 'evidence' then 3 when 'score' then 4 else 2 end
            as rule_group
    from definition_rules
    left join lead_stages on definition_rules.stage = lead_stages.stage

),

later_stages as (

    select distinct
        definition_version,
        stage
    from own_rules
    where not is_lead_stage

),

inherited_rules as (

    -- What the lead requires of attributes holds for later stages, unless a stage has a rule of
    -- the same name.
    select
        later_stages.definition_version,
        later_stages.stage,
        own_rules.rule,
        own_rules.attribute,
        own_rules.operator,
        own_rules.value,
        own_rules.if_unknown,
        own_rules.meaning,
        false as is_lead_stage,
        1 as rule_group
    from later_stages
    inner join own_rules
        on
            later_stages.definition_version = own_rules.definition_version
            and own_rules.is_lead_stage
            and own_rules.rule_group = 2
    left join own_rules as same_named_rules
        on
            later_stages.definition_version = same_named_rules.definition_version
            and later_stages.stage = same_named_rules.stage
            and own_rules.rule = same_named_rules.rule
    where same_named_rules.rule is null

),

lead_requirements as (

    -- A score may be full before the person is a lead; then the stage waits for the lead.
    select
        own_rules.definition_version,
        own_rules.stage,
        'is_lead' as rule,
        'stage' as attribute,
        'is' as operator,
        lead_stages.stage as value,
        'fails' as if_unknown,
        'Is a lead' as meaning,
        false as is_lead_stage,
        5 as rule_group
    from own_rules
    cross join lead_stages
    where own_rules.attribute = 'score' and not own_rules.is_lead_stage

),

all_rules as (

    select * from own_rules
    union all
    select * from inherited_rules
    union all
    select * from lead_requirements

),

int_required_rules_listed as (

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
            partition by definition_version, stage order by rule_group, rule
        ) as rule_order,
        is_lead_stage
    from all_rules

)

select * from int_required_rules_listed
