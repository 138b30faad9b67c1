{# Grain: one row per usable opportunity, with the person whose journey it is: its primary person;
   if it has none and is new business, the person at the account who came first and had not left.
   #}
with

resolved_opportunities as (

    select * from {{ ref('int_opportunity_records_resolved') }}
    where is_counted

),

persons as (select * from {{ ref('int_persons_resolved') }} where not is_outside_funnel),

records as (select * from {{ ref('int_record_persons_mapped') }}),

touches as (select * from {{ ref('int_touches_resolved') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

stage_claims as ({{ usable_rows(ref('int_stage_claims_rows_checked')) }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

first_wins as (

    select
        account_key,
        min(closed_at) as won_at,
        {{ first_by('opportunity_key', 'row(closed_at, opportunity_key)') }} as opportunity_key
    from resolved_opportunities
    where
        outcome = 'won' and opportunity_type = 'new'
        and account_key is not null and closed_at is not null
    group by account_key

),

opportunities as (

    -- An account is new once, whichever of its people buys: what it began after its first win is an
    -- expansion, and so is what it won after that, also where the system calls it new.
    select
        resolved_opportunities.opportunity_key,
        resolved_opportunities.system,
        resolved_opportunities.person_key,
        resolved_opportunities.account_key,
        resolved_opportunities.owner_key,
        case
            when
                resolved_opportunities.opportunity_type = 'new'
                and (
                    resolved_opportunities.created_at > first_wins.won_at
                    or (
                        resolved_opportunities.outcome = 'won'
                        and resolved_opportunities.closed_at >= first_wins.won_at
                        and resolved_opportunities.opportunity_key != first_wins.opportunity_key
                    )
                )
                then 'expansion'
            else resolved_opportunities.opportunity_type
        end as opportunity_type,
        resolved_opportunities.pipeline,
        resolved_opportunities.outcome,
        resolved_opportunities.lost_reason,
        resolved_opportunities.currency,
        resolved_opportunities.amount,
        resolved_opportunities.created_at,
        resolved_opportunities.closed_at
    from resolved_opportunities
    left join first_wins on resolved_opportunities.account_key = first_wins.account_key

),

candidates as (

    select
        opportunities.opportunity_key,
        opportunities.created_at,
        persons.person_key
    from opportunities
    inner join persons on opportunities.account_key = persons.account_key
    where opportunities.person_key is null and opportunities.opportunity_type = 'new'

),

earlier_events as (

    -- What each candidate had done by the day on which the opportunity was created.
    select
        candidates.opportunity_key,
        candidates.person_key,
        touches.occurred_at,
        case when kinds.signal = 'noticed' then 'noticed' else 'interested' end as event
    from candidates
    inner join touches on candidates.person_key = touches.person_key
    inner join kinds on touches.kind = kinds.kind
    where candidates.created_at >= touches.occurred_at
    union all
    select
        candidates.opportunity_key,
        candidates.person_key,
        stage_claims.claimed_at as occurred_at,
        'left' as event
    from candidates
    inner join records on candidates.person_key = records.person_key
    inner join stage_claims on records.record_key = stage_claims.record_key
    left join stages on stage_claims.stage = stages.stage
    where
        (stage_claims.stage = 'recycled' or stages.entered_by = 'disqualification')
        and candidates.created_at >= stage_claims.claimed_at
    union all
    select
        candidates.opportunity_key,
        candidates.person_key,
        opportunities.closed_at as occurred_at,
        'left' as event
    from candidates
    inner join opportunities on candidates.person_key = opportunities.person_key
    where
        opportunities.outcome = 'lost'
        and opportunities.opportunity_type = 'new'
        and candidates.created_at >= opportunities.closed_at

),

candidate_summaries as (

    select
        opportunity_key,
        person_key,
        min(case when event != 'left' then occurred_at end) as came_at,
        max(case when event = 'interested' then occurred_at end) as last_interest_at,
        max(case when event = 'left' then occurred_at end) as left_at
    from earlier_events
    group by opportunity_key, person_key

),

persons_at_account as (

    select
        opportunity_key,
        {{ first_by('person_key', 'row(came_at, person_key)') }} as person_key
    from candidate_summaries
    where came_at is not null and (left_at is null or last_interest_at > left_at)
    group by opportunity_key

),

int_opportunity_persons_assigned as (

    select
        opportunities.opportunity_key,
        opportunities.system,
        coalesce(opportunities.person_key, persons_at_account.person_key) as person_key,
        opportunities.account_key,
        opportunities.owner_key,
        opportunities.opportunity_type,
        opportunities.pipeline,
        opportunities.outcome,
        -- none: the system records reasons, and this loss has none.
        case
            when opportunities.outcome = 'lost'
                then
                    coalesce(
                        opportunities.lost_reason,
                        case
                            when
                                count(opportunities.lost_reason)
                                    over (partition by opportunities.system)
                                > 0
                                then 'none'
                            else 'not_recorded'
                        end
                    )
        end as lost_reason,
        opportunities.currency,
        opportunities.amount,
        opportunities.person_key is not null as has_person,
        opportunities.created_at,
        opportunities.closed_at
    from opportunities
    left join persons_at_account
        on opportunities.opportunity_key = persons_at_account.opportunity_key

)

select * from int_opportunity_persons_assigned
