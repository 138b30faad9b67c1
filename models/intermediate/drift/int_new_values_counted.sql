{# Grain: one row per system, attribute with a value that the system did not have in the reference
   days, and day.
   New values of attributes that the definition's rules ask for. A country that is not written as
   two letters is an unknown value. #}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

rules as (select * from {{ ref('int_required_rules_listed') }}),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force'

),

person_values as (

    select
        system,
        'country' as attribute,
        country as value,
        cast(created_at as date) as event_date
    from people
    where country is not null and created_at is not null
    union all
    select
        system,
        'seniority' as attribute,
        seniority as value,
        cast(created_at as date) as event_date
    from people
    where seniority is not null and created_at is not null

),

published_values as (

    -- A code of a country is no secret; another value that few people bear may be a name.
    select
        system,
        attribute,
        event_date,
        case
            when attribute = 'country' and length(value) = 2 then value
            when
                count(*) over (partition by system, attribute, value)
                < {{ int_var('least_published_records') }}
                then 'withheld'
            else value
        end as value
    from person_values

),

value_counts as (

    select
        published_values.system,
        published_values.attribute,
        published_values.value,
        published_values.event_date,
        versions.definition_version,
        count(*) as person_count,
        sum(count(*)) over (
            partition by
                published_values.system, published_values.attribute, versions.definition_version,
                published_values.event_date
        ) as all_count
    from published_values
    inner join versions
        on
            cast(published_values.event_date as timestamp) >= versions.valid_from
            and cast(published_values.event_date as timestamp) < versions.valid_to
    where published_values.attribute in (select rules.attribute from rules)
    group by
        published_values.system, published_values.attribute, published_values.value,
        published_values.event_date, versions.definition_version

),

numbered_counts as (

    select
        *,
        dense_rank() over (
            partition by system, attribute, definition_version order by event_date
        ) as day_number
    from value_counts

),

known_values as (

    select distinct
        system,
        attribute,
        value
    from numbered_counts
    where day_number <= {{ int_var('drift_reference_days') }}

),

int_new_values_counted as (

    select
        numbered_counts.system,
        case
            when
                numbered_counts.attribute = 'country'
                and (
                    length(numbered_counts.value) != 2
                    or numbered_counts.value not between 'AA' and 'ZZ'
                )
                then 'unknown_value'
            else 'new_value'
        end as signal,
        numbered_counts.attribute || ' ' || numbered_counts.value as subject,
        numbered_counts.event_date,
        numbered_counts.person_count as bad_count,
        cast(numbered_counts.all_count as bigint) as all_count
    from numbered_counts
    left join known_values
        on {{ same('numbered_counts', 'known_values', ['system', 'attribute', 'value']) }}
    where known_values.value is null

)

select * from int_new_values_counted
