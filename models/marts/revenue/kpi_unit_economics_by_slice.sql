{# Grain: one row per slice: the whole company, one channel, one segment, or one quarter in which
   journeys started. #}
{%- set contract_months = int_var('contract_months') -%}
{%- set horizon_months = int_var('ltv_horizon_months') -%}
with

cohorts as (select * from {{ ref('int_spend_cohorts_aggregated') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

spend_sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'spend' and channel != 'all' and period_kind = 'month'

),

company_churn as (

    select
        sum(term_count) as term_count,
        sum(term_month_count) as term_month_count,
        sum(term_churn_count) as term_churn_count
    from customers

),

slices as (
    {% for slice_name in ['all', 'channel', 'segment', 'quarter'] -%}
    select '{{ slice_name }}' as slice_name
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

sliced_cohorts as (

    -- Recent journeys have not had the time to buy: they count in their own quarter only.
    select
        cohorts.*,
        coalesce(spend_sources.is_silent, false) as is_silent,
        slices.slice_name,
        case slices.slice_name
            when 'channel' then cohorts.channel
            when 'segment' then cohorts.segment
            when 'quarter'
                then cast(
                    cast({{ period_start('quarter', 'cohorts.cohort_month') }} as date)
                    as {{ dbt.type_string() }}
                )
            else 'all'
        end as slice_value
    from cohorts
    cross join slices
    left join spend_sources
        on
            cohorts.cohort_month = spend_sources.period_start
            and cohorts.channel = spend_sources.channel
    where cohorts.is_mature or slices.slice_name = 'quarter'

),

slice_sums as (

    select
        slice_name,
        slice_value,
        cast(sum(journey_count) as bigint) as journey_count,
        cast(sum(lead_count) as bigint) as lead_count,
        cast(sum(customer_count) as bigint) as customer_count,
        cast(sum(paying_month_count) as bigint) as paying_month_count,
        cast(sum(term_count) as bigint) as term_count,
        cast(sum(term_month_count) as bigint) as term_month_count,
        cast(sum(term_churn_count) as bigint) as term_churn_count,
        cast(sum(spend_amount) as decimal(18, 2)) as spend_amount,
        case
            when count(*) = count(other_cost_amount)
                then cast(sum(other_cost_amount) as decimal(18, 2))
        end as other_cost_amount,
        cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
        cast(sum(mrr_month_amount) as decimal(18, 2)) as mrr_month_amount,
        sum(term_churn_count) >= {{ int_var('least_churned_customers') }}
            as has_own_churn_rate,
        bool_or(is_silent) as is_silent,
        bool_and(is_mature) as is_mature
    from sliced_cohorts
    group by slice_name, slice_value

),

slice_rates as (

    -- The churn of few is random: until enough have left, that of all customers is used.
    select
        slice_sums.*,
        cast(nullif(greatest(slice_sums.spend_amount, 0), 0) as decimal(22, 2)) as paid_cost_amount,
        cast(slice_sums.spend_amount + slice_sums.other_cost_amount as decimal(22, 2))
            as full_cost_amount,
        {{ ratio(
            'cast(slice_sums.mrr_month_amount as decimal(22, 2)) * '
            ~ int_var('gross_margin_percent'),
            'slice_sums.paying_month_count * 100',
            whole_digits=22
        ) }} as margin_amount,
        coalesce(company_churn.term_count, slice_sums.term_count) as churn_term_count,
        coalesce(company_churn.term_month_count, slice_sums.term_month_count) as churn_month_count,
        coalesce(company_churn.term_churn_count, slice_sums.term_churn_count) as churned_count
    from slice_sums
    left join company_churn on not slice_sums.has_own_churn_rate

),

slice_churn as (

    select
        *,
        {{ ratio('churned_count', 'churn_term_count') }} as term_churn_rate,
        {{ ratio('churned_count', 'churn_month_count') }} as churn_rate,
        {{ as_double('churn_month_count') }} / nullif(churn_term_count, 0) as months_per_term,
        1 - {{ as_double('churned_count') }} / nullif(churn_term_count, 0) as renewed_rate
    from slice_rates

),

slice_lives as (

    -- How many months of the horizon a customer pays: those of each whole term, which the customers
    -- begin who renewed all terms before it, and the part of the last term.
    select
        *,
        months_per_term * (
            {%- for term_number in range(horizon_months | int // contract_months | int) %}
            power(renewed_rate, {{ term_number }}) +
            {%- endfor %}
            power(renewed_rate, {{ horizon_months | int // contract_months | int }})
            * {{ horizon_months | int % contract_months | int }} / {{ contract_months }}
        ) as horizon_month_count
    from slice_churn

),

kpi_unit_economics_by_slice as (

    select
        slice_name,
        slice_value,
        journey_count,
        lead_count,
        customer_count,
        paying_month_count,
        term_count,
        term_month_count,
        term_churn_count,
        spend_amount,
        other_cost_amount,
        paid_amount,
        mrr_month_amount,
        {%- for cost in ['paid', 'full'] %}
        cast(
            {{ ratio(cost ~ '_cost_amount', 'customer_count', whole_digits=22) }} as decimal(18, 2)
        ) as {{ cost }}_cac_amount,
        {%- endfor %}
        cast(
            {{ ratio('mrr_month_amount', 'paying_month_count', whole_digits=22) }} as decimal(18, 2)
        ) as arpa_amount,
        term_churn_rate,
        churn_rate,
        cast(
            {{ ratio('margin_amount', 'churn_rate', whole_digits=22) }} as decimal(18, 2)
        ) as ltv_amount,
        {{ as_amount(as_double('margin_amount') ~ ' * horizon_month_count') }}
            as horizon_ltv_amount,
        {%- for cost in ['paid', 'full'] %}
        {{ ratio('margin_amount * customer_count', 'churn_rate * ' ~ cost ~ '_cost_amount') }}
            as ltv_to_{{ cost }}_cac_ratio,
        {{ ratio(cost ~ '_cost_amount', 'margin_amount * customer_count') }}
            as {{ cost }}_payback_months,
        {%- endfor %}
        case
            when spend_amount > 0 and journey_count = 0 then 'spend_before_first_lead'
            when spend_amount > 0 and customer_count = 0 then 'no_customer_yet'
            when customer_count > 0 and spend_amount = 0 then 'customers_without_spend'
            when spend_amount = 0 then 'no_spend_recorded'
            when paying_month_count = 0 then 'no_recurring_revenue'
            when coalesce(churn_rate, 0) = 0 then 'no_churn_yet'
        end as empty_reason,
        {{ kpi_status('true', 'is_silent', 'is_mature', 'customer_count') }} as status,
        case
            when other_cost_amount is null then 'not_recorded'
            when customer_count < {{ int_var('minimum_group_size') }} then 'too_few'
            else 'ok'
        end as full_cac_status,
        has_own_churn_rate,
        is_mature,
        slice_name = 'all' as is_additive
    from slice_lives

)

select * from kpi_unit_economics_by_slice
