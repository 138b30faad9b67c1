{# Grain: one row a deal and spell in which it stood open at one stage of its pipeline, at one
   amount. #}
with

deals as (select * from {{ ref('int_opportunities_described') }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

stages as (select * from {{ ref('int_opportunity_stages_unioned') }}),

classes as (select * from {{ ref('pipeline_classes') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

events as (

    select
        opportunity_key,
        cast(null as {{ dbt.type_string() }}) as label,
        cast(null as {{ dbt.type_string() }}) as stage,
        cast(null as decimal(18, 4)) as amount,
        created_at as happened_at,
        '' as source_key
    from deals
    union all
    select
        opportunity_key,
        label,
        stage,
        amount,
        entered_at as happened_at,
        source_key
    from stages

),

counted as (

    -- An event tells a label or an amount; what it does not tell, the last one before it told.
    select
        *,
        count(label) over (partition by opportunity_key order by happened_at, source_key)
            as label_number,
        count(amount) over (partition by opportunity_key order by happened_at, source_key)
            as amount_number,
        lead(happened_at) over (partition by opportunity_key order by happened_at, source_key)
            as next_at
    from events

),

filled as (

    select
        opportunity_key,
        happened_at,
        max(label) over (partition by opportunity_key, label_number) as label,
        max(stage) over (partition by opportunity_key, label_number) as stage,
        max(amount) over (partition by opportunity_key, amount_number) as amount,
        next_at
    from counted

),

int_pipeline_intervals_dated as (

    select
        filled.opportunity_key,
        coalesce(classes.pipeline_class, 'unclassified') as pipeline_class,
        coalesce(filled.label, 'not_recorded') as pipeline_stage_name,
        {{ at_rate('coalesce(filled.amount, opportunities.amount)') }} as amount,
        filled.happened_at as starts_at,
        least(
            coalesce(filled.next_at, {{ end_of_time() }}), {{ or_end('deals.closed_at') }}
        ) as ends_at
    from filled
    inner join deals on filled.opportunity_key = deals.opportunity_key
    inner join opportunities on filled.opportunity_key = opportunities.opportunity_key
    left join classes
        on opportunities.system = classes.system and lower(filled.label) = classes.label
    left join rates
        on {{ rate_holds('opportunities.currency', 'opportunities.created_at') }}
    where
        coalesce(filled.stage, 'open') not in ('customer', 'lost')
        -- Before it is made a deal is not open, and of what ends as it starts nothing is seen.
        and filled.happened_at >= deals.created_at
        and (filled.next_at is null or filled.next_at > filled.happened_at)
        and (deals.outcome = 'open' or deals.closed_at > filled.happened_at)

)

select * from int_pipeline_intervals_dated
