{# Grain: one row per record, attribute and interval in which it had one value. Values come from the
   system's own history; where it keeps none, from what earlier builds saw, if that ever changed. #}
{%- set present = [
    ('people', 'record_key', 'country', 'country'),
    ('people', 'record_key', 'seniority', 'seniority'),
    ('people', 'record_key', 'employees', 'nullif(company_employees, 0)'),
    ('people', 'record_key', 'owner_id', 'owner_id'),
    ('people', 'record_key', 'exit_reason', 'exit_reason'),
    ('companies', 'company_key', 'country', 'country'),
    ('companies', 'company_key', 'industry', 'industry'),
    ('companies', 'company_key', 'employees', 'employees'),
] -%}
{%- for name in own_attributes('people') %}
    {%- do present.append(('people', 'record_key', name, name)) -%}
{%- endfor %}
{%- for name in own_attributes('companies') %}
    {%- do present.append(('companies', 'company_key', name, name)) -%}
{%- endfor %}
with

changes as (

    -- A change after the cutoff is not known yet, but it shows that today's value is not the value
    -- of that time. A system's own lead score is only compared and never part of the definition.
    select * from {{ ref('int_attribute_changes_rows_checked') }}
    where
        attribute <> 'lead_score'
        and (reason_code is null or reason_code = 'after_cutoff')

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

snapshots as (select * from {{ ref('history_attribute_values') }}),

records as (

    select
        'people' as entity,
        record_key,
        created_at
    from people
    union all
    select
        'companies' as entity,
        company_key as record_key,
        created_at
    from companies

),

present_values as (

    -- What a record says itself, as it was loaded before the cutoff.
    {% for entity, key, attribute, value in present -%}
    select
        '{{ entity }}' as entity,
        {{ key }} as record_key,
        '{{ attribute }}' as attribute,
        cast({{ value }} as {{ dbt.type_string() }}) as value,
        loaded_at
    from {{ entity }}
    where {{ value }} is not null and loaded_at < {{ cutoff() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ordered_changes as (

    select
        changes.*,
        records.created_at,
        row_number() over (
            partition by changes.entity, changes.record_key, changes.attribute
            order by changes.changed_at, changes.source_key
        ) as change_number
    from changes
    inner join records
        on
            changes.entity = records.entity
            and changes.record_key = records.record_key

),

dated_changes as (

    -- The value that a record was created with is valid from the start of time.
    select
        *,
        case
            when changed_at > created_at or (created_at is null and change_number > 1)
                then changed_at
            else {{ start_of_time() }}
        end as valid_from
    from ordered_changes

),

ranked_changes as (

    -- Of several changes at one moment the last counts, by its id; HubSpot's rows have no id, so
    -- there it is the value that decides.
    select
        *,
        row_number() over (
            partition by entity, record_key, attribute, valid_from order by change_number desc
        ) as recency
    from dated_changes

),

reported_values as (

    select
        entity,
        record_key,
        attribute,
        value,
        valid_from
    from ranked_changes
    where recency = 1 and changed_at < {{ cutoff() }}
    union all
    select
        entity,
        record_key,
        attribute,
        from_value as value,
        {{ start_of_time() }} as valid_from
    from dated_changes
    where change_number = 1 and valid_from > {{ start_of_time() }}

),

reported_attributes as (

    select distinct
        entity,
        record_key,
        attribute
    from reported_values

),

ranked_snapshots as (

    select
        *,
        row_number() over (
            partition by entity, record_key, attribute, snapshotted_at order by snapshot_number desc
        ) as recency,
        min(snapshotted_at) over (partition by entity, record_key, attribute)
            as first_snapshotted_at,
        count(*) over (partition by entity, record_key, attribute) as snapshot_count
    from snapshots

),

snapshot_values as (

    -- The first value seen is valid from the start of time, a later one from the cutoff of the
    -- build that first saw it.
    select
        entity,
        record_key,
        attribute,
        value,
        case
            when snapshotted_at > first_snapshotted_at then snapshotted_at
            else {{ start_of_time() }}
        end as valid_from
    from ranked_snapshots
    where
        snapshot_count > 1
        and recency = 1
        and (snapshotted_at <= {{ cutoff() }} or snapshotted_at = first_snapshotted_at)

),

last_reported_values as (

    select
        entity,
        record_key,
        attribute,
        {{ last_by('value', 'valid_from') }} as value,
        max(valid_from) as valid_from
    from reported_values
    group by entity, record_key, attribute

),

last_snapshots as (

    select
        entity,
        record_key,
        attribute,
        max(snapshotted_at) as snapshotted_at
    from snapshots
    where snapshotted_at <= {{ cutoff() }}
    group by entity, record_key, attribute

),

unreported_values as (

    -- A history may lack the last change: then the record's own value holds, from the build that
    -- first saw it or, where none keeps a snapshot of it, from the time at which it was loaded.
    select
        present_values.entity,
        present_values.record_key,
        present_values.attribute,
        present_values.value,
        case
            when last_snapshots.snapshotted_at > reported.valid_from
                then last_snapshots.snapshotted_at
            else present_values.loaded_at
        end as valid_from
    from present_values
    inner join last_reported_values as reported
        on
            present_values.entity = reported.entity
            and present_values.record_key = reported.record_key
            and present_values.attribute = reported.attribute
            and present_values.loaded_at > reported.valid_from
    left join last_snapshots
        on
            present_values.entity = last_snapshots.entity
            and present_values.record_key = last_snapshots.record_key
            and present_values.attribute = last_snapshots.attribute
    where present_values.value is distinct from reported.value

),

known_values as (

    -- Snapshots count only for attributes of which the system reports no history.
    select * from reported_values
    union all
    select * from unreported_values
    union all
    select snapshot_values.*
    from snapshot_values
    left join reported_attributes
        on
            snapshot_values.entity = reported_attributes.entity
            and snapshot_values.record_key = reported_attributes.record_key
            and snapshot_values.attribute = reported_attributes.attribute
    where reported_attributes.record_key is null

),

known_changes as (

    select
        *,
        lag(value) over (
            partition by entity, record_key, attribute order by valid_from
        ) as previous_value
    from known_values

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
    from known_changes
    where valid_from = {{ start_of_time() }} or value is distinct from previous_value

)

select * from int_attribute_history_combined
