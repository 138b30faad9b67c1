{# Grain: one row per system, signal, subject and day.
   How many rows of a system are bad in which way, and of how many: labels, new values, duplicates,
   changed settings, and the rows that came at all. #}
{%- set entity_times = {
    'people': 'created_at', 'touches': 'occurred_at', 'stage_claims': 'claimed_at',
    'opportunities': 'created_at', 'payments': 'paid_at', 'service_events': 'occurred_at',
    'ad_spend': 'spend_date',
} -%}

with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

touches as (

    -- A touch that has been erased since did arrive.
    select
        system,
        occurred_at
    from {{ ref('int_touches_rows_checked') }}
    where reason_code is null
    union all
    select
        system,
        occurred_at
    from {{ ref('int_erased_touches_selected') }}

),

stage_claims as ({{ usable_rows(ref('int_stage_claims_rows_checked')) }}),

opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

payments as ({{ usable_rows(ref('int_payments_rows_checked')) }}),

service_events as ({{ usable_rows(ref('int_service_events_rows_checked')) }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }} where is_first_day),

person_records as (select * from {{ ref('int_record_persons_mapped') }}),

settings_changes as (select * from {{ ref('int_setting_changes_detected') }}),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force'

),

numbered_records as (

    select
        people.system,
        cast(people.created_at as date) as event_date,
        row_number() over (
            partition by people.system, person_records.person_key
            order by people.created_at, people.record_key
        ) as record_number
    from people
    inner join person_records on people.record_key = person_records.record_key
    where people.created_at is not null

),

duplicate_counts as (

    select
        system,
        'duplicates' as signal,
        '' as subject,
        event_date,
        count(case when record_number > 1 then 1 end) as bad_count,
        count(*) as all_count
    from numbered_records
    group by system, event_date

),

row_counts as (

    -- No row that came is bad: a day that is missing here was silent.
    {%- for entity, time in entity_times.items() %}
    select
        system,
        'missing_data' as signal,
        '{{ entity }}' as subject,
        cast({{ time }} as date) as event_date,
        cast(0 as bigint) as bad_count,
        count(*) as all_count
    from {{ entity }}
    where {{ time }} is not null
    group by system, event_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

settings_counts as (

    -- On the last day that the build which saw the change looked at.
    select
        system,
        case
            when kind = 'column' and change <> 'appeared' then 'schema_changed'
            else 'settings_changed'
        end as signal,
        kind || ' ' || name || ': ' || value || ' '
        || case when kind = 'column' and change = 'relabelled' then 'retyped' else change end
            as subject,
        cast({{ add_days('snapshotted_at', -1) }} as date) as event_date,
        count(*) as bad_count,
        count(*) as all_count
    from settings_changes
    group by system, change, kind, name, value, snapshotted_at

),

event_counts as (

    select * from duplicate_counts
    union all
    select * from row_counts
    union all
    select * from settings_counts
    union all
    select * from {{ ref('int_label_events_counted') }}
    union all
    select * from {{ ref('int_new_values_counted') }}

),

int_bad_rows_counted as (

    select
        event_counts.system,
        event_counts.signal,
        event_counts.subject,
        versions.definition_version,
        event_counts.bad_count,
        event_counts.all_count,
        event_counts.event_date
    from event_counts
    inner join versions
        on
            cast(event_counts.event_date as timestamp) >= versions.valid_from
            and cast(event_counts.event_date as timestamp) < versions.valid_to
    where cast(event_counts.event_date as timestamp) < {{ cutoff() }}

)

select * from int_bad_rows_counted
