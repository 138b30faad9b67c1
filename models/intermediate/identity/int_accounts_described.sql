{# Grain: one row per account, with what is known of it at the cutoff. #}
with

records as (select * from {{ ref('int_company_accounts_mapped') }}),

current_values as (

    select * from {{ ref('int_attribute_values_dated') }}
    where entity = 'companies' and valid_to = {{ end_of_time() }}

),

parents as (select * from {{ ref('int_account_parents_resolved') }}),

funnels as (select * from {{ ref('funnels') }}),

record_counts as (

    select
        account_key,
        count(*) as record_count
    from records
    group by account_key

),

account_values as (

    select
        entity_key as account_key,
        max(case when attribute = 'domain' then value end) as domain,
        max(case when attribute = 'industry' then value end) as industry,
        max(case when attribute = 'industry' then system end) as industry_system,
        max(case when attribute = 'country' then value end) as country,
        max(case when attribute = 'country' then system end) as country_system,
        max(case when attribute = 'employees' then cast(value as bigint) end) as employees,
        max(case when attribute = 'employees' then system end) as employees_system
    from current_values
    group by entity_key

),

int_accounts_described as (

    select
        record_counts.account_key,
        parents.parent_account_key,
        coalesce(parents.ultimate_parent_account_key, record_counts.account_key)
            as ultimate_parent_account_key,
        account_values.domain,
        account_values.industry,
        account_values.industry_system,
        account_values.country,
        account_values.country_system,
        coalesce(funnels.funnel, 'unknown') as funnel,
        account_values.employees,
        account_values.employees_system,
        record_counts.record_count,
        coalesce(parents.is_in_parent_cycle, false) as is_in_parent_cycle
    from record_counts
    inner join account_values on record_counts.account_key = account_values.account_key
    left join parents on record_counts.account_key = parents.account_key
    left join funnels
        on
            {{ size_is_in_funnel('account_values.employees') }}

)

select * from int_accounts_described
