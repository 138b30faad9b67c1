with

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

qualified_entries as (

    select stages.planning_node
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where
        lifecycle.stage_entry_number = 1
        and lifecycle.is_qualified

),

sums as (

    select
        'spend_amount' as measure,
        sum({{ in_reporting_currency('ad_spend.amount', 'rates.rate') }}) as expected
    from {{ ref('int_ad_spend_unioned') }} as ad_spend
    inner join rates
        on {{ rate_applies('rates', 'ad_spend.currency', 'ad_spend.spend_date') }}
    union all
    select
        'click_count' as measure,
        sum(clicks) as expected
    from {{ ref('int_ad_spend_unioned') }}
    union all
    select
        'impression_count' as measure,
        sum(impressions) as expected
    from {{ ref('int_ad_spend_unioned') }}
    union all
    select
        'sourced_pipeline_amount' as measure,
        sum(amount) as expected
    from {{ ref('dim_opportunities') }}
    union all
    select
        'sourced_won_amount' as measure,
        sum(won_amount) as expected
    from {{ ref('dim_opportunities') }}
    union all
    select
        'lead_count' as measure,
        count(*) as expected
    from qualified_entries
    where planning_node = 'lead'
    union all
    select
        'sql_count' as measure,
        count(*) as expected
    from qualified_entries
    where planning_node = 'prospect'
    union all
    select
        'customer_count' as measure,
        count(*) as expected
    from qualified_entries
    where planning_node = 'win'

),

campaign_sums as (

    {% for measure in [
        'spend_amount', 'click_count', 'impression_count', 'sourced_pipeline_amount',
        'sourced_won_amount', 'lead_count', 'sql_count', 'customer_count'
    ] -%}
    select
        '{{ measure }}' as measure,
        sum({{ measure }}) as actual
    from {{ ref('kpi_campaigns') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    sums.measure,
    campaign_sums.actual,
    sums.expected
from sums
inner join campaign_sums on sums.measure = campaign_sums.measure
where coalesce(campaign_sums.actual, 0) != coalesce(sums.expected, 0)
