{# Grain: one row per rule, score or kind of evidence that cannot be used, with a sentence that
   says where it is, what is wrong and what is allowed. #}
{%- set attributes = definition_attributes() -%}
{%- set operators_of_kind = {
    'flag': ['is', 'is_not'],
    'text': ['is', 'is_not', 'is_one_of', 'is_none_of'],
    'number': ['at_least', 'at_most'],
    'evidence': ['is', 'is_one_of'],
    'score': ['at_least'],
} -%}
{%- set known_attributes = attributes.keys() | list + ['evidence', 'score'] -%}
{%- set text = dbt.type_string() -%}

with

rules as (select * from {{ ref('lead_definition_rules') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

versions as (select * from {{ ref('lead_definition_versions') }}),

stages as (

    select * from {{ ref('lifecycle_stages') }} where grain = 'person' and not is_exit

),

stage_lists as (select {{ list_of_texts('stage', ', ') }} as stages from stages),

kinds as (select * from {{ ref('evidence_kinds') }}),

evidence_words as (

    select
        definition_version,
        stage,
        {{ words_of('value') }} as kind
    from rules
    where attribute = 'evidence'

),

unknown_evidence_words as (

    select
        evidence_words.definition_version,
        evidence_words.stage,
        min(evidence_words.kind) as kind
    from evidence_words
    left join kinds on evidence_words.kind = kinds.kind
    where kinds.kind is null
    group by evidence_words.definition_version, evidence_words.stage

),

rule_kinds as (

    select
        *,
        count(*) over (partition by definition_version, stage, rule) as row_count,
        length(value) between 1 and 9
        and translate(value, '0123456789', '') = '' as is_whole_number,
        case
            {%- for name, kind in attributes.items() %}
            when attribute = '{{ name }}' then '{{ kind }}'
            {%- endfor %}
            when attribute in ('evidence', 'score') then attribute
        end as kind
    from rules

),

rule_operators as (

    select
        *,
        case kind
            {%- for kind, operators in operators_of_kind.items() %}
            {%- set listed = "'" ~ operators | join("', '") ~ "'" %}
            when '{{ kind }}' then coalesce(operator in ({{ listed }}), false)
            {%- endfor %}
        end as is_operator_allowed,
        case kind
            {%- for kind, operators in operators_of_kind.items() %}
            when '{{ kind }}' then '{{ operators | join(", ") }}'
            {%- endfor %}
        end as allowed_operators
    from rule_kinds

),

rule_faults as (

    -- The first fault of each rule.
    select
        rules.definition_version,
        rules.stage,
        rules.rule,
        case
            when rules.rule is null then 'it has no name. Give each rule a name.'
            when rules.row_count > 1
                then
                    'there are ' || cast(rules.row_count as {{ text }})
                    || ' rows with this name. Give each rule of a stage a name of its own.'
            when versions.definition_version is null
                then
                    'this version is not in seeds/lead_definition_versions.csv. Add it there, or '
                    || 'delete the rule.'
            when stages.stage is null
                then 'this stage cannot have rules. Allowed: ' || stage_lists.stages || '.'
            when rules.kind is null
                then
                    'the attribute ' || coalesce(rules.attribute, '(empty)') || ' does not exist. '
                    || 'Allowed: {{ known_attributes | join(", ") }}.'
            when rules.kind in ('evidence', 'score') and rules.rule != rules.attribute
                then
                    'a rule about the ' || rules.attribute || ' must be named ' || rules.attribute
                    || ', so that a stage has one only.'
            when rules.if_unknown is null or rules.if_unknown not in ('passes', 'fails')
                then
                    'if_unknown is ' || coalesce(rules.if_unknown, '(empty)')
                    || '. Allowed: passes, fails.'
            when not rules.is_operator_allowed
                then
                    'the operator ' || coalesce(rules.operator, '(empty)') || ' cannot compare '
                    || rules.attribute || '. Allowed: ' || rules.allowed_operators || '.'
            when rules.value is null
                then 'the value is empty. Write what ' || rules.attribute || ' is compared with.'
            when rules.kind = 'flag' and rules.value not in ('true', 'false')
                then 'the value is ' || rules.value || '. Allowed: true, false.'
            when rules.kind in ('number', 'score') and not rules.is_whole_number
                then 'the value is ' || rules.value || '. Allowed: a whole number.'
            when
                rules.kind = 'score'
                and case when rules.is_whole_number then cast(rules.value as bigint) < 1 end
                then
                    'the value is ' || rules.value || '. Allowed: a whole number from 1. Delete '
                    || 'the rule if no score is required.'
            when unknown_evidence_words.kind is not null
                then
                    'the evidence ' || unknown_evidence_words.kind || ' is not in '
                    || 'seeds/evidence_kinds.csv. Write kinds of that file, separated by one blank.'
            when rules.operator in ('is', 'is_not') and rules.value like '% %'
                then
                    'the value ' || rules.value || ' has several words. Use is_one_of or '
                    || 'is_none_of, or write _ for a blank within a word.'
        end as fault
    from rule_operators as rules
    cross join stage_lists
    left join versions on rules.definition_version = versions.definition_version
    left join stages on rules.stage = stages.stage
    left join unknown_evidence_words
        on
            rules.definition_version = unknown_evidence_words.definition_version
            and rules.stage = unknown_evidence_words.stage
            and rules.attribute = 'evidence'

),

score_faults as (

    select
        scores.definition_version,
        scores.kind,
        case
            when versions.definition_version is null
                then
                    'this version is not in seeds/lead_definition_versions.csv. Add it there, or '
                    || 'delete the score.'
            when kinds.kind is null
                then 'this kind is not in seeds/evidence_kinds.csv. Write a kind of that file.'
            when scores.points is null or scores.points < 1
                then
                    'points is ' || coalesce(cast(scores.points as {{ text }}), '(empty)')
                    || '. Allowed: a whole number from 1. Delete the row of a kind without points.'
            when count(*) over (partition by scores.definition_version, scores.kind) > 1
                then 'there are several rows for this kind. Keep one.'
        end as fault
    from scores
    left join versions on scores.definition_version = versions.definition_version
    left join kinds on scores.kind = kinds.kind

),

int_rule_faults_listed as (

    select distinct
        'seeds/lead_definition_rules.csv, version '
        || coalesce(cast(definition_version as {{ text }}), '(empty)') || ', stage '
        || coalesce(stage, '(empty)') || ', rule ' || coalesce(rule, '(empty)') || ': ' || fault
            as sentence
    from rule_faults
    where fault is not null
    union all
    select distinct
        'seeds/lead_definition_scores.csv, version '
        || coalesce(cast(definition_version as {{ text }}), '(empty)') || ', kind '
        || coalesce(kind, '(empty)') || ': ' || fault as sentence
    from score_faults
    where fault is not null
    union all
    select distinct
        'seeds/evidence_kinds.csv, kind ' || kinds.kind || ': its stage is ' || kinds.stage
        || ', which the lead definition decides. Leave the stage empty here, and name the kind in '
        || 'the rule evidence of ' || kinds.stage || ' (seeds/lead_definition_rules.csv).'
            as sentence
    from kinds
    inner join rules on kinds.stage = rules.stage

)

select * from int_rule_faults_listed
