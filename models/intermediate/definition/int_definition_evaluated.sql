{# Grain: one row a person, definition version and stage: whether the person passes every
   attribute rule of that stage. The only place that asks the definition's rules; everything else
   joins to it. #}
with

attributes as (select * from {{ ref('int_persons_dated') }}),

rules as (select * from {{ ref('lead_definition_rules') }}),

looked_up as (

    select
        attributes.person_key,
        rules.definition_version,
        rules.stage,
        rules.operator,
        rules.value as wanted,
        rules.if_unknown,
        case rules.attribute
            {%- for flag in [
                'has_valid_email', 'has_business_email', 'is_internal', 'is_competitor', 'is_test'
            ] %}
            when '{{ flag }}' then case when attributes.{{ flag }} then 'true' else 'false' end
            {%- endfor %}
            {%- for attribute in ['seniority', 'country', 'industry'] %}
            when '{{ attribute }}' then attributes.{{ attribute }}
            {%- endfor %}
            when 'employees' then cast(attributes.employees as {{ dbt.type_string() }})
        end as known
    from attributes
    cross join rules

),

evaluated as (

    select
        person_key,
        definition_version,
        stage,
        case
            when known is null then if_unknown = 'passes'
            when operator = 'is' then known = wanted
            when operator = 'is_one_of' then ' ' || wanted || ' ' like '% ' || known || ' %'
            when operator = 'at_least' then cast(known as bigint) >= cast(wanted as bigint)
        end as is_passed
    from looked_up

),

int_definition_evaluated as (

    select
        person_key,
        definition_version,
        stage,
        bool_and(is_passed) as is_passed
    from evaluated
    group by person_key, definition_version, stage

)

select * from int_definition_evaluated
