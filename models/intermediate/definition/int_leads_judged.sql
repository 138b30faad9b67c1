{# Grain: one row a journey and stage that the definition decides (lead, mql, sql), at the moment it
   was first met, under the version in force on that day. #}
{%- set order = "row(" ~ or_end("occurred_at") ~ ", touch_key)" -%}

with

touches as (select * from {{ ref('int_touches_judged') }}),

evaluated as (select * from {{ ref('int_definition_evaluated') }} where is_passed),

passed as (

    -- Whoever is no lead is no MQL and no SQL either.
    select
        leads.person_key,
        leads.definition_version,
        stages.stage
    from evaluated as leads
    inner join evaluated as stages
        on
            leads.person_key = stages.person_key
            and leads.definition_version = stages.definition_version
    where leads.stage = 'lead'

),

lead_starts as (

    select
        touches.journey_key,
        min(touches.occurred_at) as lead_at
    from touches
    inner join passed
        on
            touches.person_key = passed.person_key
            and touches.definition_version = passed.definition_version
            and touches.stage = passed.stage
    where passed.stage = 'lead'
    group by touches.journey_key

),

met as (

    select
        touches.journey_key,
        passed.stage,
        touches.definition_version,
        touches.touch_key,
        touches.system,
        case
            when passed.stage = 'mql' then greatest(touches.occurred_at, lead_starts.lead_at)
            else touches.occurred_at
        end as occurred_at
    from touches
    inner join passed
        on
            touches.person_key = passed.person_key
            and touches.definition_version = passed.definition_version
    left join lead_starts on touches.journey_key = lead_starts.journey_key
    where
        (passed.stage in ('lead', 'sql') and touches.stage = passed.stage)
        or (
            passed.stage = 'mql'
            and touches.points > 0
            and touches.running_score >= touches.mql_score
            and lead_starts.journey_key is not null
        )

),

int_leads_judged as (

    select
        journey_key,
        stage,
        {{ first_by('definition_version', order) }} as definition_version,
        {{ first_by('touch_key', order) }} as touch_key,
        {{ first_by('system', order) }} as system,
        min(occurred_at) as occurred_at
    from met
    group by journey_key, stage

)

select * from int_leads_judged
