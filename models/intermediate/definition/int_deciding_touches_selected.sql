{# Grain: one row a person and stage with a touch that decides in force: the one that first met
   the stage, else the last that could have. #}
{%- set order = "row(coalesce(touches.occurred_at, " ~ start_of_time() ~ "), touches.touch_key)" -%}
{%- set first_order = "row(" ~ or_end("occurred_at") ~ ", touch_key)" -%}

with

judged as (select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'),

touches as (select * from {{ ref('int_touches_scored') }} where evaluation = 'in_force'),

kinds as (select * from {{ ref('int_touch_criteria_listed') }} where is_candidate),

met as (

    select
        person_key,
        stage,
        {{ first_by('touch_key', first_order) }} as touch_key,
        min(occurred_at) as met_at
    from judged
    group by person_key, stage

),

tried as (

    select
        touches.person_key,
        kinds.stage,
        {{ last_by('touches.touch_key', order) }} as touch_key
    from touches
    inner join kinds
        on
            touches.definition_version = kinds.definition_version
            and touches.kind = kinds.kind
    group by touches.person_key, kinds.stage

),

int_deciding_touches_selected as (

    select
        person_key,
        stage,
        touch_key,
        true as is_met,
        met_at
    from met
    union all
    select
        tried.person_key,
        tried.stage,
        tried.touch_key,
        false as is_met,
        null as met_at
    from tried
    left join met on tried.person_key = met.person_key and tried.stage = met.stage
    where met.person_key is null

)

select * from int_deciding_touches_selected
