-- A person who has a stage passed all its rules when it was met; a person who has it not failed
-- at least one, and the first of them is the one that is blamed.
with

told as (

    select
        person_key,
        stage,
        bool_or(is_stage_met) as is_stage_met,
        {{ first_by('rule', 'rule_order') }} filter (where not is_passed) as failed_rule
    from {{ ref('definition_explained') }}
    group by person_key, stage

)

select
    stages.person_key,
    stages.stage,
    stages.failed_rule,
    told.failed_rule as told_rule
from {{ ref('int_stage_decisions_described') }} as stages
left join told on stages.person_key = told.person_key and stages.stage = told.stage
where
    told.person_key is null
    or stages.is_met != told.is_stage_met
    or stages.is_met != (told.failed_rule is null)
    or coalesce(stages.failed_rule, '') != coalesce(told.failed_rule, '')
