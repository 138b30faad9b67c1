-- Law 3: the leads of every mart that counts them are those of fct_lifecycle, by funnel and
-- channel; and the leads, MQLs and SQLs of fct_lifecycle are those that the definition in force
-- judged, no more, no fewer.
{%- set marts = [
    ['fct_journeys', "coalesce(first_channel, 'unknown')", 'count(*)', 'has_lead'],
    ['conversion_cohorts', 'channel', 'sum(journey_entered_count)', "step = 'lead_to_mql'"],
    ['stage_volumes', 'channel', 'sum(first_entered_count)',
        "stage = 'lead' and period_kind in ('month', 'undated')"],
] %}
with

from_fact as (

    select
        funnel,
        coalesce(first_channel, 'unknown') as channel,
        count(*) as lead_count
    from {{ ref('fct_lifecycle') }}
    where stage = 'lead' and visit_number = 1
    group by funnel, coalesce(first_channel, 'unknown')

),

slices as (select distinct slice_name from {{ ref('conversion_estimates') }}),

differences as (

    {%- for mart, channel, counted, leads in marts %}
    select
        '{{ mart }}' as mart,
        funnel,
        {{ channel }} as channel,
        {{ counted }} as lead_count
    from {{ ref(mart) }}
    where {{ leads }}
    group by funnel, {{ channel }}
    union all
    select
        '{{ mart }}' as mart,
        funnel,
        channel,
        -lead_count as lead_count
    from from_fact
    union all
    {%- endfor %}
    select
        'conversion_estimates' as mart,
        slice_name as funnel,
        slice_name as channel,
        sum(entered_count) as lead_count
    from {{ ref('conversion_estimates') }}
    where step = 'lead_to_mql' and horizon_days is null
    group by slice_name
    union all
    select
        'conversion_estimates' as mart,
        slices.slice_name as funnel,
        slices.slice_name as channel,
        -sum(from_fact.lead_count) as lead_count
    from from_fact
    cross join slices
    group by slices.slice_name

)

select
    mart || ': counts differ' as fault,
    funnel as detail
from differences
group by mart, funnel, channel
having sum(lead_count) != 0
union all
select
    'not judged so' as fault,
    cast(lifecycle.lifecycle_key as {{ dbt.type_string() }}) as detail
from {{ ref('fct_lifecycle') }} as lifecycle
left join {{ ref('int_qualifications_evaluated') }} as judged
    on
        lifecycle.journey_key = judged.journey_key
        and lifecycle.stage = judged.stage
        and lifecycle.evidence_key = judged.touch_key
        and lifecycle.definition_version = judged.definition_version
        and {{ or_end('lifecycle.entered_at') }} = {{ or_end('judged.occurred_at') }}
        and judged.evaluation = 'in_force'
where
    lifecycle.stage in ('lead', 'mql', 'sql')
    and lifecycle.evidence_kind = 'touch'
    and judged.journey_key is null
union all
select
    'judged so and not told' as fault,
    judged.stage || ' of ' || cast(judged.journey_key as {{ dbt.type_string() }}) as detail
from {{ ref('int_qualifications_evaluated') }} as judged
left join {{ ref('fct_lifecycle') }} as lifecycle
    on
        judged.journey_key = lifecycle.journey_key
        and judged.stage = lifecycle.stage
        and lifecycle.visit_number = 1
where
    judged.evaluation = 'in_force'
    and (
        lifecycle.journey_key is null
        or (not lifecycle.is_inferred and lifecycle.evidence_key != judged.touch_key)
        -- Told without its evidence only where a later stage had come before it.
        or (lifecycle.is_inferred and lifecycle.entered_at > judged.occurred_at)
    )
