with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

lead_stages as (select stage from stages where planning_node = 'lead'),

lead_steps as (

    select steps.step
    from {{ ref('int_stage_pairs_listed') }} as steps
    inner join lead_stages on steps.stage = lead_stages.stage
    where steps.is_next

),

older_customers as (

    -- Of those who came before the records, only who became a customer is seen: a conversion rate
    -- that counts them is too high, so conversions leave out exactly these.
    select distinct journey_key
    from {{ ref('dim_opportunities') }}
    where journey_match_method = 'account_won_before_the_records'

),

fact_counts as (

    select
        lifecycle.funnel,
        lifecycle.first_channel as channel,
        count(*) as lead_count,
        count(*) filter (where older_customers.journey_key is null) as recorded_count
    from lifecycle
    inner join lead_stages on lifecycle.stage = lead_stages.stage
    left join older_customers on lifecycle.journey_key = older_customers.journey_key
    where lifecycle.stage_entry_number = 1
    group by lifecycle.funnel, lifecycle.first_channel

),

slices as (select distinct slice_name from {{ ref('conversion_estimates_by_slice') }}),

marts as (

    select 'fct_journeys' as mart
    union all
    select 'conversion_cohorts' as mart
    union all
    select 'stage_volumes_by_period' as mart

),

differences as (

    select
        'fct_journeys' as mart,
        funnel,
        first_channel as channel,
        count(*) as lead_count
    from {{ ref('fct_journeys') }}
    where has_reached_lead
    group by funnel, first_channel
    union all
    select
        'conversion_cohorts' as mart,
        cohorts.funnel,
        cohorts.channel,
        sum(cohorts.journey_entered_count) as lead_count
    from {{ ref('conversion_cohorts') }} as cohorts
    inner join lead_steps on cohorts.step = lead_steps.step
    group by cohorts.funnel, cohorts.channel
    union all
    select
        'stage_volumes_by_period' as mart,
        volumes.funnel,
        volumes.channel,
        sum(volumes.passed_count) as lead_count
    from {{ ref('stage_volumes_by_period') }} as volumes
    inner join lead_stages on volumes.stage = lead_stages.stage
    where volumes.period_kind in ('month', 'undated')
    group by volumes.funnel, volumes.channel
    union all
    select
        marts.mart,
        fact_counts.funnel,
        fact_counts.channel,
        case
            when marts.mart = 'conversion_cohorts' then -fact_counts.recorded_count
            else -fact_counts.lead_count
        end as lead_count
    from fact_counts
    cross join marts
    union all
    select
        'conversion_estimates_by_slice' as mart,
        estimates.slice_name as funnel,
        estimates.slice_name as channel,
        sum(estimates.entered_count) as lead_count
    from {{ ref('conversion_estimates_by_slice') }} as estimates
    inner join lead_steps on estimates.step = lead_steps.step
    where estimates.horizon_days is null
    group by estimates.slice_name
    union all
    select
        'conversion_estimates_by_slice' as mart,
        slices.slice_name as funnel,
        slices.slice_name as channel,
        -sum(fact_counts.recorded_count) as lead_count
    from fact_counts
    cross join slices
    group by slices.slice_name

)

select
    mart || ' counts other leads than fct_lifecycle' as fault,
    funnel || ', ' || channel as detail
from differences
group by mart, funnel, channel
having sum(lead_count) != 0
union all
select
    'fct_lifecycle has an entry that the definition did not evaluate so' as fault,
    cast(lifecycle.lifecycle_key as {{ dbt.type_string() }}) as detail
from lifecycle
inner join stages on lifecycle.stage = stages.stage
left join qualifications
    on
        lifecycle.journey_key = qualifications.journey_key
        and lifecycle.stage = qualifications.stage
        and lifecycle.evidence_key = qualifications.touch_key
        and lifecycle.definition_version = qualifications.definition_version
        and {{ or_end('lifecycle.entered_at') }} = {{ or_end('qualifications.occurred_at') }}
where
    stages.entered_by = 'definition'
    and lifecycle.evidence_kind = 'touch'
    and qualifications.journey_key is null
union all
select
    'fct_lifecycle has no entry for what the definition evaluated' as fault,
    qualifications.stage || ' of journey '
    || cast(qualifications.journey_key as {{ dbt.type_string() }}) as detail
from qualifications
left join lifecycle
    on
        qualifications.journey_key = lifecycle.journey_key
        and qualifications.stage = lifecycle.stage
        and lifecycle.stage_entry_number = 1
where
    lifecycle.journey_key is null
    or (not lifecycle.is_inferred and lifecycle.evidence_key != qualifications.touch_key)
    -- The evidence may be missing only where a later stage had been entered before it.
    or (lifecycle.is_inferred and lifecycle.entered_at > qualifications.occurred_at)
