{# Grain: one row per journey handed over from marketing to the next team: how long until somebody
   owned the person, and until sales first reached them, in business hours. #}
with

handoffs as (select * from {{ ref('handoffs') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

persons as (select * from {{ ref('dim_persons') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

owner_history as (

    select * from {{ ref('int_attribute_history_combined') }}
    where entity = 'people' and attribute = 'owner_id'

),

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

kinds as (select * from {{ ref('evidence_kinds') }} where signal = 'worked_on'),

owned_records as (select distinct record_key from owner_history),

record_assignments as (

    -- A record without a history of owners has had its owner since it was created.
    select
        people.record_key,
        min(
            case
                when owner_history.value is null then null
                when owner_history.valid_from > people.created_at then owner_history.valid_from
                else people.created_at
            end
        ) as assigned_at
    from people
    inner join owner_history on people.record_key = owner_history.record_key
    group by people.record_key
    union all
    select
        people.record_key,
        people.created_at as assigned_at
    from people
    left join owned_records on people.record_key = owned_records.record_key
    where people.owner_id is not null and owned_records.record_key is null

),

person_assignments as (

    select
        records.person_key,
        min(record_assignments.assigned_at) as assigned_at
    from record_assignments
    inner join records on record_assignments.record_key = records.record_key
    group by records.person_key

),

first_handoffs as (

    select handoffs.*
    from handoffs
    inner join journey_steps on handoffs.handoff_key = journey_steps.journey_step_key
    inner join stages on journey_steps.from_stage = stages.stage
    inner join stages as wins on wins.planning_node = 'win'
    where stages.stage_order < wins.stage_order and handoffs.handed_over_at is not null

),

first_touches as (

    select
        first_handoffs.handoff_key,
        min(touches.occurred_at) as first_contact_at
    from first_handoffs
    inner join touches on first_handoffs.journey_key = touches.journey_key
    inner join kinds on touches.kind = kinds.kind
    where touches.occurred_at >= first_handoffs.handed_over_at
    group by first_handoffs.handoff_key

),

dated_handoffs as (

    -- Somebody may have owned the person before the handoff.
    select
        first_handoffs.*,
        case
            when person_assignments.assigned_at is not null
                then greatest(person_assignments.assigned_at, first_handoffs.handed_over_at)
        end as assigned_at,
        first_touches.first_contact_at
    from first_handoffs
    left join person_assignments on first_handoffs.person_key = person_assignments.person_key
    left join first_touches on first_handoffs.handoff_key = first_touches.handoff_key

),

speed_to_lead as (

    select
        dated_handoffs.handoff_key,
        dated_handoffs.journey_key,
        dated_handoffs.person_key,
        dated_handoffs.account_key,
        persons.owner_key,
        dated_handoffs.funnel,
        dated_handoffs.channel,
        dated_handoffs.segment,
        {{ business_hours_between(
            'dated_handoffs.handed_over_at', 'dated_handoffs.assigned_at'
        ) }} as handoff_to_owner_business_hours,
        {{ business_hours_between(
            'dated_handoffs.handed_over_at', 'dated_handoffs.first_contact_at'
        ) }} as handoff_to_contact_business_hours,
        dated_handoffs.assigned_at is not null as is_assigned,
        dated_handoffs.first_contact_at is not null as is_contacted,
        dated_handoffs.handed_over_at,
        dated_handoffs.assigned_at,
        dated_handoffs.first_contact_at
    from dated_handoffs
    left join persons on dated_handoffs.person_key = persons.person_key

)

select * from speed_to_lead
