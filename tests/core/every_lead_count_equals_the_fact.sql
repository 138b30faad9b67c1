-- Law 3: the leads of fct_journeys are those of fct_lifecycle, by funnel and channel; and the
-- leads, MQLs and SQLs of fct_lifecycle are those that the definition in force judged, no more,
-- no fewer.
with

from_fact as (

    select
        funnel,
        first_channel,
        count(*) as lead_count
    from {{ ref('fct_lifecycle') }}
    where stage = 'lead' and visit_number = 1
    group by funnel, first_channel

),

from_journeys as (

    select
        funnel,
        first_channel,
        count(*) as lead_count
    from {{ ref('fct_journeys') }}
    where has_lead
    group by funnel, first_channel

)

select
    'counts differ' as fault,
    coalesce(from_fact.funnel, from_journeys.funnel) as detail
from from_fact
full outer join from_journeys
    on
        from_fact.funnel = from_journeys.funnel
        and coalesce(from_fact.first_channel, '') = coalesce(from_journeys.first_channel, '')
where coalesce(from_fact.lead_count, 0) != coalesce(from_journeys.lead_count, 0)
union all
select
    'not judged so' as fault,
    cast(lifecycle.lifecycle_key as {{ dbt.type_string() }}) as detail
from {{ ref('fct_lifecycle') }} as lifecycle
left join {{ ref('int_leads_judged') }} as judged
    on
        lifecycle.journey_key = judged.journey_key
        and lifecycle.stage = judged.stage
        and lifecycle.evidence_key = judged.touch_key
        and lifecycle.definition_version = judged.definition_version
        and {{ or_end('lifecycle.entered_at') }} = {{ or_end('judged.occurred_at') }}
        and judged.basis = 'in_force'
where
    lifecycle.stage in ('lead', 'mql', 'sql')
    and lifecycle.evidence_kind = 'touch'
    and judged.journey_key is null
union all
select
    'judged so and not told' as fault,
    judged.stage || ' of ' || cast(judged.journey_key as {{ dbt.type_string() }}) as detail
from {{ ref('int_leads_judged') }} as judged
left join {{ ref('fct_lifecycle') }} as lifecycle
    on
        judged.journey_key = lifecycle.journey_key
        and judged.stage = lifecycle.stage
        and lifecycle.visit_number = 1
where
    judged.basis = 'in_force'
    and (
        lifecycle.journey_key is null
        or (not lifecycle.is_inferred and lifecycle.evidence_key != judged.touch_key)
        -- Told without its evidence only where a later stage had come before it.
        or (lifecycle.is_inferred and lifecycle.entered_at > judged.occurred_at)
    )
