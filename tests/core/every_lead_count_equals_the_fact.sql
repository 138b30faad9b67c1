-- Law 3: the leads of fct_journeys are those of fct_lifecycle, by funnel and channel; and
-- whoever is a lead on evidence passed the rules of the version that decided it.
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
    'not judged a lead' as fault,
    cast(lifecycle.lifecycle_key as {{ dbt.type_string() }}) as detail
from {{ ref('fct_lifecycle') }} as lifecycle
left join {{ ref('int_definition_evaluated') }} as evaluated
    on
        lifecycle.person_key = evaluated.person_key
        and lifecycle.stage = evaluated.stage
        and lifecycle.definition_version = evaluated.definition_version
        and evaluated.is_passed
where
    lifecycle.stage in ('lead', 'mql', 'sql')
    and lifecycle.visit_number = 1
    and not lifecycle.is_inferred
    and evaluated.person_key is null
