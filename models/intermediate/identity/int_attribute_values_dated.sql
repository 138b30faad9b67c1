{# Grain: one row per person or account, attribute and interval between changes of its records. The
   value that wins in that interval, by the ranks of the seed survivorship, and its system. #}
{%- set value_order = 'is_gone, system_rank, created_at, record_key' -%}
{%- set text, of_people = dbt.type_string(), own_attributes('people') | list -%}
{%- set of_companies = own_attributes('companies') | list %}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

persons as (select * from {{ ref('int_record_persons_mapped') }}),

accounts as (select * from {{ ref('int_company_accounts_mapped') }}),

known_domains as (select * from {{ ref('email_domains') }}),

value_history as (select * from {{ ref('int_attribute_history_combined') }}),

system_ranks as (

    {{ attribute_system_ranks() }}

),

attributes as (

    {% for entity, names in {
        'people': ['country', 'seniority', 'employees'] + of_people,
        'companies': ['domain', 'industry', 'country', 'employees'] + of_companies,
    }.items() -%}
    {% for name in names -%}
    select
        '{{ entity }}' as entity,
        '{{ name }}' as attribute
    {{ 'union all' if not loop.last }}
    {% endfor -%}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

record_values as (

    select
        attributes.entity,
        persons.person_key as entity_key,
        people.record_key,
        people.system,
        attributes.attribute,
        case
            when attributes.attribute = 'country' then people.country
            when attributes.attribute = 'seniority' then people.seniority
            when attributes.attribute = 'employees' and people.company_employees > 0
                then cast(people.company_employees as {{ text }})
            {%- for name in of_people %}
            when attributes.attribute = '{{ name }}' then cast(people.{{ name }} as {{ text }})
            {%- endfor %}
        end as value,
        {{ or_end('people.created_at') }} as created_at,
        case when people.deleted_at < {{ cutoff() }} then people.deleted_at end as gone_at
    from people
    inner join persons on people.record_key = persons.record_key
    inner join attributes on attributes.entity = 'people'
    union all
    select
        attributes.entity,
        accounts.account_key as entity_key,
        companies.company_key as record_key,
        companies.system,
        attributes.attribute,
        case
            when attributes.attribute = 'domain' and known_domains.domain is null
                then companies.domain
            when attributes.attribute = 'industry' then companies.industry
            when attributes.attribute = 'country' then companies.country
            when attributes.attribute = 'employees' then cast(companies.employees as {{ text }})
            {%- for name in of_companies %}
            when attributes.attribute = '{{ name }}' then cast(companies.{{ name }} as {{ text }})
            {%- endfor %}
        end as value,
        {{ or_end('companies.created_at') }} as created_at,
        case
            when companies.deleted_at < {{ cutoff() }} then companies.deleted_at
            when companies.merged_into_company_key is not null then {{ start_of_time() }}
        end as gone_at
    from companies
    inner join accounts on companies.company_key = accounts.company_key
    inner join attributes on attributes.entity = 'companies'
    left join known_domains on companies.domain = known_domains.domain

),

change_times as (

    {% for moment in [start_of_time(), 'gone_at'] -%}
    select
        entity,
        entity_key,
        attribute,
        {{ moment }} as valid_from
    from record_values
    where gone_at is not null and value is not null
    union distinct
    {% endfor -%}
    select
        record_values.entity,
        record_values.entity_key,
        record_values.attribute,
        value_history.valid_from
    from value_history
    inner join record_values
        on
            value_history.entity = record_values.entity
            and value_history.record_key = record_values.record_key
            and value_history.attribute = record_values.attribute

),

record_values_over_time as (

    -- Without a history of its own a record has had its present value from the start of time.
    select
        record_values.*,
        coalesce(change_times.valid_from, {{ start_of_time() }}) as valid_from
    from record_values
    left join change_times
        on
            record_values.entity = change_times.entity
            and record_values.entity_key = change_times.entity_key
            and record_values.attribute = change_times.attribute

),

ranked_values as (

    select
        record_values.entity,
        record_values.entity_key,
        record_values.record_key,
        record_values.system,
        record_values.attribute,
        case
            when value_history.record_key is null then record_values.value
            else value_history.value
        end as value,
        coalesce(system_ranks.rank, 2147483647) as system_rank,
        record_values.created_at,
        coalesce(record_values.gone_at <= record_values.valid_from, false) as is_gone,
        record_values.valid_from
    from record_values_over_time as record_values
    left join value_history
        on
            record_values.entity = value_history.entity
            and record_values.record_key = value_history.record_key
            and record_values.attribute = value_history.attribute
            and record_values.valid_from >= value_history.valid_from
            and record_values.valid_from < value_history.valid_to
    left join system_ranks
        on
            record_values.entity = system_ranks.entity
            and record_values.attribute = system_ranks.attribute
            and record_values.system = system_ranks.system

),

winning_values as (

    -- Of the records that are still there, the best-ranked system that knows a value wins, then its
    -- oldest record.
    select
        entity,
        entity_key,
        attribute,
        {{ first_by('value', oldest('value', value_order)) }} as value,
        {{ first_by('system', oldest('value', value_order)) }} as system,
        valid_from
    from ranked_values
    group by entity, entity_key, attribute, valid_from

),

int_attribute_values_dated as (

    select
        entity,
        entity_key,
        attribute,
        value,
        system,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by entity, entity_key, attribute order by valid_from),
            {{ end_of_time() }}
        ) as valid_to
    from winning_values

)

select * from int_attribute_values_dated
