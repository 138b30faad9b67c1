{# Grain: one row a system, signal, subject and day: how many rows are bad in that way, and of how
   many. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

versions as (select * from {{ ref('int_definition_versions_dated') }} where evaluation = 'in_force'),

numbered as (

    select
        people.system,
        cast(people.created_at as date) as count_date,
        row_number() over (
            partition by people.system, records.person_key
            order by people.created_at, people.record_key
        ) as record_number
    from people
    inner join records on people.record_key = records.record_key
    where people.created_at is not null

),

duplicates as (

    select
        system,
        'duplicates' as signal,
        '' as subject,
        count_date,
        count(case when record_number > 1 then 1 end) as bad_count,
        count(*) as all_count
    from numbered
    group by system, count_date

),

counted as (

    select * from duplicates
    union all
    select * from {{ ref('int_claims_counted') }}
    union all
    select * from {{ ref('int_values_counted') }}
    union all
    select * from {{ ref('int_loads_counted') }}
    union all
    select * from {{ ref('int_settings_counted') }}

),

int_integrity_counted as (

    select
        counted.system,
        counted.signal,
        counted.subject,
        versions.definition_version,
        counted.bad_count,
        counted.all_count,
        counted.count_date
    from counted
    inner join versions
        on
            cast(counted.count_date as timestamp) >= versions.valid_from
            and cast(counted.count_date as timestamp) < versions.valid_to
    where cast(counted.count_date as timestamp) < {{ cutoff() }}

)

select * from int_integrity_counted
