{# Grain: one row a rule, score or kind of evidence that can't be used, with a sentence that says
   why and what to do. #}
{%- set attributes = definition_attributes() -%}
{%- set names = attributes.keys() | list + ['evidence', 'score'] -%}

with

rules as (select * from {{ ref('lead_definition_rules') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

versions as (select * from {{ ref('lead_definition_versions') }}),

stages as (

    select * from {{ ref('lifecycle_stages') }} where grain = 'person' and not is_exit

),

kinds as (select * from {{ ref('evidence_kinds') }}),

evidence_words as (

    select
        definition_version,
        stage,
        {{ words_of('value') }} as kind
    from rules
    where attribute = 'evidence'

),

unknown_words as (

    select
        words.definition_version,
        words.stage,
        min(words.kind) as kind
    from evidence_words as words
    left join kinds on words.kind = kinds.kind
    where kinds.kind is null
    group by words.definition_version, words.stage

),

described as (

    select
        rules.*,
        count(*) over (partition by rules.definition_version, rules.stage, rules.rule) as times,
        case
            {%- for name, kind in attributes.items() %}
            when rules.attribute = '{{ name }}' then '{{ kind }}'
            {%- endfor %}
            when rules.attribute in ('evidence', 'score') then rules.attribute
        end as kind,
        versions.definition_version is not null as has_version,
        stages.stage is not null as has_stage,
        unknown_words.kind as unknown_word,
        'The rule ' || coalesce(rules.rule, '(without a name)') || ' for '
        || coalesce(rules.stage, '(no stage)') || ' of version '
        || coalesce(cast(rules.definition_version as {{ dbt.type_string() }}), '(none)')
            as subject
    from rules
    left join versions on rules.definition_version = versions.definition_version
    left join stages on rules.stage = stages.stage
    left join unknown_words
        on
            rules.definition_version = unknown_words.definition_version
            and rules.stage = unknown_words.stage
            and rules.attribute = 'evidence'

),

int_rules_checked as (

    select distinct subject || {{ rule_fault(names) }} as sentence
    from described
    union all
    select distinct
        'The score of ' || coalesce(scores.kind, '(no kind)') || ' in version '
        || coalesce(cast(scores.definition_version as {{ dbt.type_string() }}), '(none)')
        || {{ score_fault() }} as sentence
    from scores
    left join versions on scores.definition_version = versions.definition_version
    left join kinds on scores.kind = kinds.kind
    union all
    select distinct
        'The seed evidence_kinds makes ' || kinds.kind || ' evidence of ' || kinds.stage
        || ', which the lead definition decides: empty the stage there and name the kind in the '
        || 'evidence rule of ' || kinds.stage || '.' as sentence
    from kinds
    inner join rules on kinds.stage = rules.stage

)

select * from int_rules_checked
where sentence is not null
