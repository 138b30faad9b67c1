{# Grain: one row per slice: the whole company, one channel, one segment, or one quarter in which
   journeys started. #}
with

cohorts as (select * from {{ ref('int_spend_cohorts_aggregated') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

spend_sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'spend' and channel != 'all' and period_kind = 'month'

),

company_churn as (

    select {{ ratio('sum(churn_count)', 'sum(at_risk_month_count)') }} as churn_rate
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
        cast(sum(at_risk_month_count) as bigint) as at_risk_month_count,
        cast(sum(churn_count) as bigint) as churn_count,
        cast(sum(spend_amount) as decimal(18, 2)) as spend_amount,
        cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
        cast(sum(mrr_month_amount) as decimal(18, 2)) as mrr_month_amount,
        bool_or(is_silent) as is_silent,
        bool_and(is_mature) as is_mature
    from sliced_cohorts
    group by slice_name, slice_value

),

slice_rates as (

    -- The churn of few customers is random: until enough have left, that of all customers is used.
    select
        slice_sums.*,
        case
            when slice_sums.spend_amount > 0
                then cast(slice_sums.spend_amount as decimal(22, 2))
        end as recorded_spend_amount,
        {{ ratio(
            'cast(slice_sums.mrr_month_amount as decimal(22, 2)) * '
            ~ int_var('gross_margin_percent'),
            'slice_sums.paying_month_count * 100',
            whole_digits=22
        ) }} as margin_amount,
        case
            when slice_sums.churn_count >= {{ int_var('least_churned_customers') }}
                then {{ ratio('slice_sums.churn_count', 'slice_sums.at_risk_month_count') }}
            else company_churn.churn_rate
        end as churn_rate
    from slice_sums
    cross join company_churn

),

kpi_unit_economics_by_slice as (

    select
        slice_name,
        slice_value,
        journey_count,
        lead_count,
        customer_count,
        paying_month_count,
        at_risk_month_count,
        churn_count,
        spend_amount,
        paid_amount,
        mrr_month_amount,
        cast(
            {{ ratio('recorded_spend_amount', 'customer_count', whole_digits=22) }}
            as decimal(18, 2)
        ) as cac_amount,
        cast(
            {{ ratio('mrr_month_amount', 'paying_month_count', whole_digits=22) }} as decimal(18, 2)
        ) as arpa_amount,
        churn_rate,
        cast(
            {{ ratio('margin_amount', 'churn_rate', whole_digits=22) }} as decimal(18, 2)
        ) as ltv_amount,
        {{ ratio('margin_amount * customer_count', 'churn_rate * recorded_spend_amount') }}
            as ltv_to_cac_ratio,
        {{ ratio('recorded_spend_amount', 'margin_amount * customer_count') }} as payback_months,
        case
            when spend_amount > 0 and journey_count = 0 then 'spend_before_first_lead'
            when spend_amount > 0 and customer_count = 0 then 'no_customer_yet'
            when customer_count > 0 and spend_amount = 0 then 'customers_without_spend'
            when spend_amount = 0 then 'no_spend_recorded'
            when paying_month_count = 0 then 'no_recurring_revenue'
            when coalesce(churn_rate, 0) = 0 then 'no_churn_yet'
        end as empty_reason,
        {{ kpi_status('true', 'is_silent', 'is_mature', 'customer_count') }} as status,
        churn_count >= {{ int_var('least_churned_customers') }} as has_own_churn_rate,
        is_mature,
        slice_name = 'all' as is_additive
    from slice_rates

)

select * from kpi_unit_economics_by_slice
