{# Grain: one row per person, without name or address. #}
with

persons as (select * from {{ ref('int_persons_resolved') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

person_journeys as (

    -- The channel of the first journey that has one.
    select
        person_key,
        count(distinct journey_key) as journey_count,
        {{ first_by('first_channel', oldest(
            "nullif(first_channel, 'unknown')", 'entered_at, lifecycle_key'
        )) }} as first_channel
    from lifecycle
    where person_key is not null
    group by person_key

),

dim_persons as (

    select
        persons.person_key,
        persons.account_key,
        coalesce(persons.match_method, 'none') as account_match_method,
        coalesce(persons.country, 'unknown') as country,
        persons.country_system,
        coalesce(persons.seniority, 'unknown') as seniority,
        persons.seniority_system,
        coalesce(person_journeys.first_channel, 'unknown') as first_channel,
        persons.record_count,
        coalesce(person_journeys.journey_count, 0) as journey_count,
        persons.confidence_rate as account_confidence_rate,
        persons.account_key is not null as has_account,
        persons.is_ambiguous as is_account_ambiguous,
        persons.has_valid_email,
        persons.has_business_email,
        persons.is_internal,
        persons.is_competitor,
        persons.is_test,
        persons.is_deleted,
        persons.is_held_back,
        persons.created_at
    from persons
    left join person_journeys on persons.person_key = person_journeys.person_key

)

select * from dim_persons
