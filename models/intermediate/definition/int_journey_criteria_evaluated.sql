{# Grain: one row per version, stage, criterion (a rule, a band of the score, a kind of touch) and
   mature journey: whether it met the criterion, and which other rules it passed (the stratum). #}
{#- Score and touches count up to this day, when nearly nobody has won: so the win is not the reason
    for a touch. Who has been won or lost by then is left out. -#}
{%- set touch_days = 14 -%}
{#- Points of one band of the score. -#}
{%- set band_width = 15 -%}
{%- set digit -%}
case when profile_rules.is_passed then cast(power(2, profile_rules.rule_order) as bigint) else 0 end
{%- endset -%}

with

mature_journeys as (

    select
        *,
        {{ add_days('entered_at', touch_days) }} as counted_until
    from {{ ref('int_mature_entries_selected') }}

),

stages as (select * from {{ ref('lifecycle_stages') }}),

profile_rules as (select * from {{ ref('int_profile_rules_evaluated') }}),

own_rules as (select * from {{ ref('lead_definition_rules') }}),

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

scored_touches as (

    select * from {{ ref('int_evaluation_touches_scored') }} where evaluation = 'in_force'

),

versions as (

    -- What is in force at the cutoff, and every draft.
    select distinct
        definition_version,
        is_draft
    from {{ ref('int_evaluation_versions_dated') }}
    where
        is_draft
        or (evaluation = 'in_force' and valid_from < {{ cutoff() }} and valid_to >= {{ cutoff() }})

),

profile_strata as (

    -- A stratum is a number with one binary digit for each rule that was passed.
    select
        profile_rules.profile_key,
        profile_rules.definition_version,
        profile_rules.stage,
        profile_rules.rule,
        profile_rules.is_passed,
        case when stages.planning_node = 'lead' then 'awareness' else 'lead' end as from_node,
        {{ digit }} as digit,
        cast(
            sum({{ digit }}) over (
                partition by
                    profile_rules.profile_key, profile_rules.definition_version, profile_rules.stage
            ) as bigint
        ) as digits
    from profile_rules
    inner join versions on profile_rules.definition_version = versions.definition_version
    inner join stages on profile_rules.stage = stages.stage

),

score_rules as (

    -- The rule about the score, in the version in force.
    select
        own_rules.definition_version,
        own_rules.stage,
        own_rules.rule,
        cast(own_rules.value as bigint) as least_score
    from own_rules
    inner join versions on own_rules.definition_version = versions.definition_version
    where own_rules.attribute = 'score' and not versions.is_draft

),

open_leads as (

    -- Leads still open on the day up to which touches count.
    select distinct
        score_rules.definition_version,
        score_rules.stage,
        score_rules.rule,
        score_rules.least_score,
        profile_strata.digits as stratum,
        mature_journeys.journey_key,
        mature_journeys.has_win,
        mature_journeys.won_amount,
        mature_journeys.counted_until
    from mature_journeys
    inner join profile_strata on mature_journeys.profile_key = profile_strata.profile_key
    inner join score_rules
        on
            profile_strata.definition_version = score_rules.definition_version
            and profile_strata.stage = score_rules.stage
    where
        mature_journeys.from_node = 'lead'
        and coalesce(mature_journeys.ended_at > mature_journeys.counted_until, true)

),

lead_scores as (

    select
        open_leads.journey_key,
        max(scored_touches.score) as score
    from open_leads
    inner join scored_touches
        on
            open_leads.journey_key = scored_touches.journey_key
            and coalesce(open_leads.counted_until >= scored_touches.occurred_at, true)
    group by open_leads.journey_key

),

lead_kinds as (

    select distinct
        open_leads.journey_key,
        touches.kind
    from open_leads
    inner join touches
        on
            open_leads.journey_key = touches.journey_key
            and coalesce(open_leads.counted_until >= touches.occurred_at, true)

),

kinds as (select distinct kind from lead_kinds),

int_journey_criteria_evaluated as (

    select
        profile_strata.definition_version,
        profile_strata.stage,
        'rule' as criterion_kind,
        profile_strata.rule as criterion,
        cast(null as bigint) as least_points,
        profile_strata.digits - profile_strata.digit as stratum,
        mature_journeys.journey_key,
        mature_journeys.won_amount,
        mature_journeys.has_win,
        profile_strata.is_passed as is_met
    from mature_journeys
    inner join profile_strata
        on
            mature_journeys.profile_key = profile_strata.profile_key
            and mature_journeys.from_node = profile_strata.from_node
    inner join own_rules
        on
            profile_strata.definition_version = own_rules.definition_version
            and profile_strata.stage = own_rules.stage
            and profile_strata.rule = own_rules.rule
    union all
    select
        open_leads.definition_version,
        open_leads.stage,
        'score' as criterion_kind,
        open_leads.rule as criterion,
        cast(floor(coalesce(lead_scores.score, 0) / {{ band_width }}) as bigint)
        * {{ band_width }} as least_points,
        open_leads.stratum,
        open_leads.journey_key,
        open_leads.won_amount,
        open_leads.has_win,
        coalesce(lead_scores.score, 0) >= open_leads.least_score as is_met
    from open_leads
    left join lead_scores on open_leads.journey_key = lead_scores.journey_key
    union all
    select
        open_leads.definition_version,
        open_leads.stage,
        'touch_kind' as criterion_kind,
        kinds.kind as criterion,
        null as least_points,
        open_leads.stratum,
        open_leads.journey_key,
        open_leads.won_amount,
        open_leads.has_win,
        lead_kinds.journey_key is not null as is_met
    from open_leads
    cross join kinds
    left join lead_kinds
        on open_leads.journey_key = lead_kinds.journey_key and kinds.kind = lead_kinds.kind

)

select * from int_journey_criteria_evaluated
