{# Grain: one row per journey, also one that the last build had: whether anything differs that its
   entries into stages are made from. #}
with

evidence as (select * from {{ ref('int_stage_evidence_unioned') }}),

journeys as (select * from {{ ref('int_journeys_described') }}),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

stages as (select * from {{ ref('lifecycle_stages') }}),

int_journey_changes_checked as (

    {{ changed_keys(
        'journey_key',
        inputs={
            'evidence': 'int_stage_evidence_unioned',
            'journeys': 'int_journeys_described',
            'qualifications': 'int_qualifications_evaluated',
        },
        shared={'stages': 'lifecycle_stages'},
    ) }}

)

select * from int_journey_changes_checked
