{# Grain: one row per person, without name or address: where the person stands, and the record at
   which sales works the person, with its owner. #}
{{ config(contract={'enforced': own_attributes('people') == {}}) }}
with

persons as (select * from {{ ref('int_persons_resolved') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

owner_history as (

    select * from {{ ref('int_attribute_history_combined') }}
    where entity = 'people' and attribute = 'owner_id' and valid_to = {{ end_of_time() }}

),

source_systems as (select * from {{ seed_by_system(ref('source_systems')) }}),

system_ranks as ({{ opportunity_system_ranks() }}),

person_records as (

    select
        records.person_key,
        people.system,
        people.record_id,
        coalesce(people.deleted_at < {{ cutoff() }}, false) as is_deleted,
        case
            when owner_history.record_key is not null then owner_history.value
            else people.owner_id
        end as owner_id,
        people.created_at
    from people
    inner join records on people.record_key = records.record_key
    left join owner_history on people.record_key = owner_history.record_key

),

ranked_records as (

    -- A record that has an owner first, then the system in charge of opportunities, then the newest
    -- record: the contact that a lead was converted to.
    select
        person_records.*,
        row_number() over (
            partition by person_records.person_key
            order by
                person_records.is_deleted asc,
                case when person_records.owner_id is null then 1 else 0 end asc,
                system_ranks.system_rank asc nulls last,
                person_records.created_at desc nulls last,
                person_records.record_id asc
        ) as record_rank
    from person_records
    left join system_ranks on person_records.system = system_ranks.system

),

person_journeys as (

    -- The channel of the first journey that has one.
    select
        person_key,
        count(distinct journey_key) as journey_count,
        {{ first_by('first_channel', oldest(
            "nullif(first_channel, 'unknown')", 'entered_at, lifecycle_key'
        )) }} as first_channel,
        {{ last_by(
            'case when is_current then stage end',
            'row(is_current, coalesce(entered_at, ' ~ start_of_time() ~ '), lifecycle_key)'
        ) }} as current_stage
    from lifecycle
    where person_key is not null
    group by person_key

),

dim_persons as (

    select
        persons.person_key,
        persons.account_key,
        coalesce(persons.match_method, 'none') as account_match_method,
        coalesce({{ published_country('persons.country') }}, 'unknown') as country,
        persons.country_system,
        coalesce({{ withheld('persons.seniority') }}, 'unknown') as seniority,
        persons.seniority_system,
        {%- for name in own_attributes('people') %}
        {{ published_own_attribute('persons', name) }} as {{ name }},
        {%- endfor %}
        coalesce(person_journeys.first_channel, 'unknown') as first_channel,
        person_journeys.current_stage,
        ranked_records.system,
        {{ published('ranked_records.record_id') }} as record_id,
        {{ record_url(
            'ranked_records.system', 'source_systems.person_path', 'ranked_records.record_id'
        ) }} as record_url,
        coalesce(
            {{ key_of(['ranked_records.system', 'ranked_records.owner_id']) }}, {{ no_owner_key() }}
        ) as owner_key,
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
        persons.is_from_split_cluster,
        persons.created_at
    from persons
    left join person_journeys on persons.person_key = person_journeys.person_key
    left join ranked_records
        on persons.person_key = ranked_records.person_key and ranked_records.record_rank = 1
    left join source_systems on ranked_records.system = source_systems.system

)

select * from dim_persons
