{# Grain: one row a record, attribute and spell of time in which it had one value: of records whose
   system keeps a history of the attribute, and of those that once were seen with other values. #}
with

told as (select * from {{ ref('int_attribute_history_read') }}),

notes as (select * from {{ ref('history_attribute_values') }}),

changed as (

    select
        entity,
        record_key
    from notes
    group by entity, record_key
    having count(*) > 1

),

numbered as (

    select
        notes.*,
        row_number() over (
            partition by notes.entity, notes.record_key, notes.noted_at
            order by notes.note_number desc
        ) as recency,
        min(notes.noted_at) over (partition by notes.entity, notes.record_key) as first_noted_at
    from notes
    inner join changed
        on
            notes.entity = changed.entity
            and notes.record_key = changed.record_key

),

seen as (

    -- The value that was seen first holds since ever, a later one since the build that saw it.
    {%- for attribute in ['country', 'industry', 'seniority', 'employees'] %}
    select
        entity,
        record_key,
        '{{ attribute }}' as attribute,
        cast({{ attribute }} as {{ dbt.type_string() }}) as value,
        case when noted_at > first_noted_at then noted_at else {{ start_of_time() }} end
            as valid_from
    from numbered
    where recency = 1 and (noted_at <= {{ cutoff() }} or noted_at = first_noted_at)
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

told_attributes as (

    select distinct
        entity,
        record_key,
        attribute
    from told

),

moments as (

    select * from told
    union all
    select seen.*
    from seen
    left join told_attributes
        on
            seen.entity = told_attributes.entity
            and seen.record_key = told_attributes.record_key
            and seen.attribute = told_attributes.attribute
    where told_attributes.record_key is null

),

compared as (

    select
        *,
        lag(value) over (
            partition by entity, record_key, attribute order by valid_from
        ) as last_value
    from moments

),

int_attribute_history_combined as (

    select
        entity,
        record_key,
        attribute,
        value,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by entity, record_key, attribute order by valid_from
            ),
            {{ end_of_time() }}
        ) as valid_to
    from compared
    where valid_from = {{ start_of_time() }} or value is distinct from last_value

)

select * from int_attribute_history_combined
