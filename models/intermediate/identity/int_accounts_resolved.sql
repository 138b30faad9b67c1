{# Grain: one row an account, with what is known of it at the cutoff. #}
with

records as (select * from {{ ref('int_company_accounts_mapped') }}),

account_values as (

    select * from {{ ref('int_account_values_dated') }} where valid_to = {{ end_of_time() }}

),

parents as (select * from {{ ref('int_account_parents_resolved') }}),

funnels as (select * from {{ ref('funnels') }}),

counts as (

    select
        account_key,
        count(*) as record_count
    from records
    group by account_key

),

int_accounts_resolved as (

    select
        counts.account_key,
        parents.parent_account_key,
        coalesce(parents.ultimate_parent_account_key, counts.account_key)
            as ultimate_parent_account_key,
        account_values.domain,
        account_values.industry,
        account_values.industry_system,
        account_values.country,
        account_values.country_system,
        coalesce(funnels.funnel, 'unknown') as funnel,
        account_values.employees,
        account_values.employees_system,
        counts.record_count,
        coalesce(parents.is_in_parent_cycle, false) as is_in_parent_cycle
    from counts
    inner join account_values on counts.account_key = account_values.account_key
    left join parents on counts.account_key = parents.account_key
    left join funnels
        on
            {{ size_is_in_funnel('account_values.employees') }}

)

select * from int_accounts_resolved
