{# Grain: one row per account: how far its people came, and what it has bought. #}
{{ config(contract={'enforced': own_attributes('companies') == {}}) }}
with

accounts as (select * from {{ ref('int_accounts_described') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }} where account_key is not null),

stages as (select * from {{ ref('lifecycle_stages') }}),

source_systems as (select * from {{ seed_by_system(ref('source_systems')) }}),

account_journeys as (

    select
        account_key,
        count(*) as journey_count,
        sum(coalesce(won_amount, 0) + coalesce(renewal_and_expansion_amount, 0)) as won_amount,
        bool_or(has_win) as is_customer,
        min(customer_state) as customer_state,
        min(win_at) as customer_at
    from journeys
    where account_key is not null
    group by account_key

),

account_stages as (

    -- The furthest stage that any journey at the account entered. The account stands where its
    -- furthest open journey stands; without an open one, where the last one ended.
    select
        lifecycle.account_key,
        count(distinct lifecycle.person_key) as person_count,
        {{ last_by(
            'lifecycle.stage',
            oldest('case when not stages.is_exit then lifecycle.stage end', 'stages.stage_order')
        ) }} as furthest_stage,
        {{ last_by(
            'lifecycle.stage',
            oldest(
                'case when lifecycle.is_current then lifecycle.stage end',
                'not stages.is_exit, case when stages.is_exit then 0 else stages.stage_order end, '
                ~ 'coalesce(lifecycle.entered_at, ' ~ start_of_time() ~ '), lifecycle.lifecycle_key'
            )
        ) }} as current_stage
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    group by lifecycle.account_key

),

stage_times as (

    select
        account_key,
        stage,
        min(entered_at) as first_entered_at
    from lifecycle
    group by account_key, stage

),

dim_accounts as (

    select
        accounts.account_key,
        accounts.parent_account_key,
        accounts.ultimate_parent_account_key,
        {{ published('accounts.account_name') }} as account_name,
        accounts.system,
        {{ published('accounts.company_record_id') }} as record_id,
        {{ record_url(
            'accounts.system', 'source_systems.company_path', 'accounts.company_record_id'
        ) }} as record_url,
        accounts.funnel,
        account_stages.current_stage,
        account_stages.furthest_stage,
        coalesce({{ withheld('accounts.industry') }}, 'unknown') as industry,
        accounts.industry_system,
        {%- for name in own_attributes('companies') %}
        {{ published_own_attribute('accounts', name) }} as {{ name }},
        {%- endfor %}
        coalesce({{ published_country('accounts.country') }}, 'unknown') as country,
        accounts.country_system,
        accounts.employees_system,
        accounts.employees as employee_count,
        accounts.record_count,
        account_journeys.customer_state,
        coalesce(account_stages.person_count, 0) as person_count,
        coalesce(account_journeys.journey_count, 0) as journey_count,
        cast(coalesce(account_journeys.won_amount, 0) as decimal(18, 2)) as won_amount,
        coalesce(account_journeys.is_customer, false) as is_customer,
        accounts.is_in_parent_cycle,
        stage_times.first_entered_at as furthest_stage_at,
        account_journeys.customer_at
    from accounts
    left join account_journeys on accounts.account_key = account_journeys.account_key
    left join account_stages on accounts.account_key = account_stages.account_key
    left join stage_times
        on
            account_stages.account_key = stage_times.account_key
            and account_stages.furthest_stage = stage_times.stage
    left join source_systems on accounts.system = source_systems.system

)

select * from dim_accounts
