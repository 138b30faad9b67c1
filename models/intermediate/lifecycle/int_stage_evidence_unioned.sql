{# Grain: one row each event that puts a journey into a stage, first ones and returns. Narrow:
   attributes are joined at the mart. #}
with

touch_evidence as (select * from {{ ref('int_touch_evidence_collected') }}),

leads as (select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'),

deals as (select * from {{ ref('int_opportunity_evidence_collected') }}),

service_evidence as (select * from {{ ref('int_service_evidence_collected') }}),

exits as (select * from {{ ref('int_exits_unioned') }} where opportunity_key is null),

journeys as (select * from {{ ref('int_journeys_identified') }}),

placed_exits as (

    select
        journeys.journey_key,
        exits.exit_kind,
        exits.exit_reason,
        exits.evidence_key,
        exits.system,
        exits.exited_at
    from exits
    inner join journeys
        on
            exits.person_key = journeys.person_key
            and exits.exited_at >= journeys.started_at
            and (
                exits.exited_at < journeys.next_started_at
                or journeys.next_started_at is null
            )

),

int_stage_evidence_unioned as (

    {{ evidence_from('touch_evidence', 'touch', evidence_key='touch_key') }}
    union all
    {{ evidence_from(
        'leads', 'touch', evidence_key='touch_key', definition_version='definition_version'
    ) }}
    union all
    {{ evidence_from(
        'deals', 'opportunity', evidence_key='opportunity_key', opportunity_key='opportunity_key',
        exit_reason='exit_reason', amount='amount'
    ) }}
    union all
    {{ evidence_from('service_evidence', 'service event', evidence_key='event_key') }}
    union all
    {{ evidence_from(
        'placed_exits', 'stage claim', stage='exit_kind', occurred_at='exited_at',
        evidence_key='evidence_key', exit_reason='exit_reason'
    ) }}

)

select * from int_stage_evidence_unioned
