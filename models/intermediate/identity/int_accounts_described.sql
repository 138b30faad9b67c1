{# Grain: one row per account, with what is known of it at the cutoff, its parent and its ultimate
   parent. In a cycle of parents the account with the smallest key belongs to no other. #}
{%- set doublings = 6 -%}
{%- set record_columns -%}
companies.merged_into_company_key is not null,
            coalesce(companies.deleted_at < {{ cutoff() }}, false),
            coalesce(system_ranks.rank, 2147483647), {{ or_end('companies.created_at') }},
            companies.company_key
{%- endset -%}
{%- set record_order = 'row(' ~ record_columns ~ ')' -%}
with

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

accounts as (select * from {{ ref('int_company_accounts_mapped') }}),

current_values as (

    select * from {{ ref('int_attribute_values_dated') }}
    where entity = 'companies' and valid_to = {{ end_of_time() }}

),

system_ranks as (

    select * from {{ seed_by_system(ref('survivorship')) }}
    where entity = 'companies' and attribute = 'parent'

),

funnels as (select * from {{ ref('funnels') }}),

parents as (

    select
        accounts.account_key,
        {{ first_by('parent_accounts.account_key', record_order) }} as parent_account_key
    from companies
    inner join accounts on companies.company_key = accounts.company_key
    inner join accounts as parent_accounts
        on companies.parent_company_key = parent_accounts.company_key
    left join system_ranks on companies.system = system_ranks.system
    where accounts.account_key != parent_accounts.account_key
    group by accounts.account_key

),

ancestors_0 as (

    -- For each account: the ancestor a number of generations up (next_key, null if there is none),
    -- the highest ancestor found on the way (top_key), and the smallest key found on the way.
    select
        account_key,
        parent_account_key as next_key,
        parent_account_key as top_key,
        account_key as smallest_key
    from parents

),

{% for doubling in range(1, doublings + 1) -%}
ancestors_{{ doubling }} as (

    -- {{ 2 ** doubling }} generations up.
    select
        nearer.account_key,
        farther.next_key,
        coalesce(farther.top_key, nearer.top_key) as top_key,
        least(nearer.smallest_key, coalesce(farther.smallest_key, nearer.smallest_key))
            as smallest_key
    from ancestors_{{ doubling - 1 }} as nearer
    left join ancestors_{{ doubling - 1 }} as farther on nearer.next_key = farther.account_key

),

{% endfor -%}
ancestors as (select * from ancestors_{{ doublings }}),

cycle_members as (

    -- An account that still has an ancestor {{ 2 ** doublings }} generations up is in a cycle or
    -- below one, and that ancestor is a member of the cycle. Each member is such an ancestor.
    select distinct
        ancestors.account_key,
        ancestors.smallest_key
    from ancestors
    inner join ancestors as descendants on ancestors.account_key = descendants.next_key

),

account_parents as (

    select
        ancestors.account_key,
        case
            when
                cycle_members.account_key is null
                or ancestors.account_key != cycle_members.smallest_key
                then parents.parent_account_key
        end as parent_account_key,
        coalesce(cycles_above.smallest_key, ancestors.top_key) as ultimate_parent_account_key,
        cycle_members.account_key is not null as is_in_parent_cycle
    from ancestors
    inner join parents on ancestors.account_key = parents.account_key
    left join cycle_members on ancestors.account_key = cycle_members.account_key
    left join cycle_members as cycles_above on ancestors.next_key = cycles_above.account_key

),

record_counts as (

    select
        account_key,
        count(*) as record_count
    from accounts
    group by account_key

),

account_values as (

    select
        entity_key as account_key,
        max(case when attribute = 'domain' then value end) as domain,
        max(case when attribute = 'industry' then value end) as industry,
        max(case when attribute = 'industry' then system end) as industry_system,
        {%- for name in own_attributes('companies') %}
        max(case when attribute = '{{ name }}' then value end) as {{ name }},
        {%- endfor %}
        max(case when attribute = 'country' then value end) as country,
        max(case when attribute = 'country' then system end) as country_system,
        max(case when attribute = 'employees' then cast(value as bigint) end) as employees,
        max(case when attribute = 'employees' then system end) as employees_system
    from current_values
    group by entity_key

),

account_records as (

    -- The record at which the account is worked: not merged or deleted, of the first CRM, the
    -- oldest. A name may be that of a person where no system can say and the account has no domain.
    select
        accounts.account_key,
        {{ first_by('companies.system', record_order) }} as system,
        {{ first_by('companies.company_record_id', record_order) }} as company_record_id,
        {{ first_by(
            'companies.name',
            oldest('case when not companies.is_person then companies.name end', record_columns)
        ) }} as company_name,
        {{ first_by('companies.name', oldest('companies.name', record_columns)) }} as any_name,
        bool_or(coalesce(companies.is_person, false)) as is_person
    from companies
    inner join accounts on companies.company_key = accounts.company_key
    left join system_ranks on companies.system = system_ranks.system
    group by accounts.account_key

),

industry_counts as (

    select
        industry,
        {{ plain_words('industry') }} as industry_words,
        count(*) as account_count
    from account_values
    where industry is not null
    group by industry, {{ plain_words('industry') }}

),

industry_spellings as (

    -- Spellings of one industry are one segment: as most accounts write it.
    select
        industry_words,
        {{ first_by('industry', 'row(-account_count, industry)') }} as industry
    from industry_counts
    group by industry_words

),

int_accounts_described as (

    select
        record_counts.account_key,
        account_parents.parent_account_key,
        coalesce(account_parents.ultimate_parent_account_key, record_counts.account_key)
            as ultimate_parent_account_key,
        account_values.domain,
        case
            when account_records.is_person then null
            else
                coalesce(
                    account_records.company_name,
                    case when account_values.domain is not null then account_records.any_name end
                )
        end as account_name,
        account_records.system,
        account_records.company_record_id,
        industry_spellings.industry,
        account_values.industry_system,
        {%- for name in own_attributes('companies') %}
        {{ own_attribute_cast('account_values', name) }} as {{ name }},
        {%- endfor %}
        account_values.country,
        account_values.country_system,
        coalesce(funnels.funnel, 'unknown') as funnel,
        account_values.employees,
        account_values.employees_system,
        record_counts.record_count,
        coalesce(account_parents.is_in_parent_cycle, false) as is_in_parent_cycle
    from record_counts
    inner join account_values on record_counts.account_key = account_values.account_key
    inner join account_records on record_counts.account_key = account_records.account_key
    left join industry_spellings
        on {{ plain_words('account_values.industry') }} = industry_spellings.industry_words
    left join account_parents on record_counts.account_key = account_parents.account_key
    left join funnels
        on
            {{ size_is_in_funnel('account_values.employees') }}

)

select * from int_accounts_described
