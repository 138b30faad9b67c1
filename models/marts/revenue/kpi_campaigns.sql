{# Grain: one row per month, channel and campaign. What was spent, and the leads, customers,
   pipeline and revenue that came from there. #}
with

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rare_campaigns as (select * from {{ ref('int_rare_campaigns_listed') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

opportunities as (select * from {{ ref('dim_opportunities') }}),

opportunity_touches as (select * from {{ ref('int_opportunity_touches_matched') }}),

lead_sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'leads' and channel = 'all' and period_kind = 'month'

),

spend_sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'spend' and channel != 'all' and period_kind = 'month'

),

counted_stages as (

    -- The stage between lead and SQL that the definition decides is the MQL.
    select
        stage,
        case
            when planning_node = 'lead' then 'leads'
            when planning_node = 'prospect' then 'sqls'
            when planning_node = 'win' then 'customers'
            else 'mqls'
        end as measure
    from stages
    where
        planning_node in ('lead', 'prospect', 'win')
        or (entered_by = 'definition' and planning_node is null)

),

qualified_entries as (

    -- A journey that skipped a stage was not qualified for it, and a customer from before the
    -- records came from no campaign in them. A win is one, whatever came before it.
    select
        coalesce(lifecycle.qualified_at, lifecycle.entered_at) as entered_at,
        lifecycle.first_channel as channel,
        lifecycle.first_campaign as campaign,
        counted_stages.measure
    from lifecycle
    inner join counted_stages on lifecycle.stage = counted_stages.stage
    where lifecycle.stage_entry_number = 1 and lifecycle.is_qualified

),

sourced_opportunities as (

    select
        opportunities.*,
        coalesce(journeys.first_campaign, 'unknown') as campaign
    from opportunities
    left join journeys on opportunities.journey_key = journeys.journey_key

),

influences as (

    select distinct
        opportunity_key,
        channel,
        campaign
    from opportunity_touches
    -- An opportunity without a touch was influenced by nothing.
    where touch_key is not null

),

measured_events as (

    select
        cast(ad_spend.spend_date as timestamp) as happened_at,
        coalesce(ad_spend.channel, 'unknown') as channel,
        {{ published_campaign('ad_spend.campaign', 'rare_campaigns') }} as campaign,
        'spend' as measure,
        {{ in_reporting_currency('ad_spend.amount', 'rates.rate') }} as amount,
        ad_spend.impressions as impression_count,
        ad_spend.clicks as click_count
    from ad_spend
    inner join rates
        on {{ rate_applies('rates', 'ad_spend.currency', 'ad_spend.spend_date') }}
    left join rare_campaigns on ad_spend.campaign = rare_campaigns.campaign
    union all
    select
        entered_at as happened_at,
        channel,
        campaign,
        measure,
        cast(null as decimal(18, 2)) as amount,
        {{ typed_null('bigint') }} as impression_count,
        {{ typed_null('bigint') }} as click_count
    from qualified_entries
    union all
    select
        created_at as happened_at,
        channel,
        campaign,
        'sourced_pipeline' as measure,
        amount,
        {{ typed_null('bigint') }} as impression_count,
        {{ typed_null('bigint') }} as click_count
    from sourced_opportunities
    union all
    select
        closed_at as happened_at,
        channel,
        campaign,
        'sourced_wins' as measure,
        won_amount as amount,
        {{ typed_null('bigint') }} as impression_count,
        {{ typed_null('bigint') }} as click_count
    from sourced_opportunities
    where outcome = 'won'
    union all
    select
        opportunities.created_at as happened_at,
        influences.channel,
        influences.campaign,
        'influenced_pipeline' as measure,
        opportunities.amount,
        {{ typed_null('bigint') }} as impression_count,
        {{ typed_null('bigint') }} as click_count
    from influences
    inner join opportunities on influences.opportunity_key = opportunities.opportunity_key

),

campaign_sums as (

    select
        cast({{ period_start('month', 'happened_at') }} as date) as month_start,
        channel,
        campaign,
        sum(impression_count) as impression_count,
        sum(click_count) as click_count,
        {%- for measure in [
            'leads', 'mqls', 'sqls', 'customers', 'sourced_pipeline', 'influenced_pipeline'
        ] %}
        count(case when measure = '{{ measure }}' then 1 end) as {{ measure }},
        {%- endfor %}
        {%- for measure in ['spend', 'sourced_pipeline', 'sourced_wins', 'influenced_pipeline'] %}
        sum(case when measure = '{{ measure }}' then coalesce(amount, 0) else 0 end)
            as {{ measure }}_amount,
        {%- endfor %}
        count(case when measure = 'spend' then 1 end) > 0 as has_spend
    from measured_events
    group by cast({{ period_start('month', 'happened_at') }} as date), channel, campaign

),

campaign_statuses as (

    select
        campaign_sums.*,
        {{ kpi_status(
            'coalesce(lead_sources.is_recorded, true)',
            'coalesce(lead_sources.is_silent, false) or coalesce(spend_sources.is_silent, false)',
            'coalesce(lead_sources.is_complete, true)',
            'campaign_sums.leads'
        ) }} as status
    from campaign_sums
    left join lead_sources on campaign_sums.month_start = lead_sources.period_start
    left join spend_sources
        on
            campaign_sums.month_start = spend_sources.period_start
            and campaign_sums.channel = spend_sources.channel

),

kpi_campaigns as (

    select
        month_start,
        channel,
        campaign,
        cast(spend_amount as decimal(18, 2)) as spend_amount,
        cast(impression_count as bigint) as impression_count,
        cast(click_count as bigint) as click_count,
        leads as lead_count,
        mqls as mql_count,
        sqls as sql_count,
        customers as customer_count,
        sourced_pipeline as sourced_opportunity_count,
        cast(sourced_pipeline_amount as decimal(18, 2)) as sourced_pipeline_amount,
        cast(sourced_wins_amount as decimal(18, 2)) as sourced_won_amount,
        influenced_pipeline as influenced_opportunity_count,
        cast(influenced_pipeline_amount as decimal(18, 2)) as influenced_pipeline_amount,
        {%- for name, count in [
            ('click', 'click_count'), ('lead', 'leads'), ('mql', 'mqls'), ('sql', 'sqls'),
            ('customer', 'customers')
        ] %}
        case
            when has_spend
                then
                    cast(
                        {{ ratio('spend_amount', count, whole_digits=16) }} as decimal(18, 2)
                    )
        end as cost_per_{{ name }}_amount,
        {%- endfor %}
        {{ ratio('sourced_wins_amount', 'spend_amount') }} as roas_ratio,
        status,
        has_spend
    from campaign_statuses

)

select * from kpi_campaigns
