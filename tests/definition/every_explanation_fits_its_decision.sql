with

explanations as (

    select
        person_key,
        stage,
        bool_or(is_stage_met) as is_stage_met,
        {{ first_by('case when not is_passed then rule end', 'rule_order') }} as failed_rule,
        bool_and(coalesce(
            rule is not null
            and outcome in ('passed', 'failed', 'unknown')
            and is_passed is not null,
            false
        )) as is_complete
    from {{ ref('definition_explained') }}
    group by person_key, stage

)

select
    decisions.person_key,
    decisions.stage,
    decisions.failed_rule,
    explanations.failed_rule as explained_rule,
    explanations.is_complete
from {{ ref('int_stage_decisions_described') }} as decisions
full join explanations
    on
        decisions.person_key = explanations.person_key
        and decisions.stage = explanations.stage
where
    decisions.person_key is null
    or explanations.person_key is null
    or not explanations.is_complete
    or decisions.is_met != explanations.is_stage_met
    or decisions.is_met != (explanations.failed_rule is null)
    or coalesce(decisions.failed_rule, '') != coalesce(explanations.failed_rule, '')
