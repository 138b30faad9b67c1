{# Grain: one row per usable opportunity: its primary person and account, its outcome at the cutoff,
   and its amount then. #}
with

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

opportunity_people as (select * from {{ ref('int_opportunity_people_unioned') }}),

opportunity_changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

person_candidates as (

    select
        opportunity_key,
        record_key,
        0 as candidate_rank
    from opportunities
    where record_key is not null
    union all
    select
        opportunity_key,
        record_key,
        case when is_primary then 1 else 2 end as candidate_rank
    from opportunity_people

),

primary_persons as (

    select
        person_candidates.opportunity_key,
        {{ first_by(
            'records.person_key',
            'row(person_candidates.candidate_rank, people.created_at, person_candidates.record_key)'
        ) }} as person_key
    from person_candidates
    inner join people on person_candidates.record_key = people.record_key
    inner join records on person_candidates.record_key = records.record_key
    group by person_candidates.opportunity_key

),

stage_histories as (

    select
        opportunity_changes.opportunity_key,
        {{ last_by(
            'stages.entered_by',
            'case when opportunity_changes.stage is not null'
            ~ ' then row(opportunity_changes.changed_at, opportunity_changes.source_key) end'
        ) }} as last_entered_by,
        max(
            case when stages.entered_by = 'opportunity_won' then opportunity_changes.changed_at end
        ) as won_at,
        max(
            case when stages.entered_by = 'opportunity_lost' then opportunity_changes.changed_at end
        ) as lost_at,
        {{ last_by(
            'opportunity_changes.amount',
            'case when opportunity_changes.amount is not null'
            ~ ' then row(opportunity_changes.changed_at, opportunity_changes.source_key) end'
        ) }} as amount
    from opportunity_changes
    left join stages on opportunity_changes.stage = stages.stage
    group by opportunity_changes.opportunity_key

),

outcomes as (

    -- The opportunity's own fields count first. Where they say open (perhaps only because it was
    -- closed after the cutoff), its history counts.
    select
        opportunities.*,
        stage_histories.won_at,
        stage_histories.lost_at,
        stage_histories.amount as last_amount,
        case
            when opportunities.is_won then 'won'
            when opportunities.closed_at is not null then 'lost'
            when stage_histories.last_entered_by = 'opportunity_won' then 'won'
            when stage_histories.last_entered_by = 'opportunity_lost' then 'lost'
            else 'open'
        end as outcome
    from opportunities
    left join stage_histories
        on opportunities.opportunity_key = stage_histories.opportunity_key

),

int_opportunities_resolved as (

    select
        outcomes.opportunity_key,
        outcomes.system,
        primary_persons.person_key,
        coalesce(companies.account_key, persons.account_key) as account_key,
        outcomes.owner_key,
        outcomes.opportunity_type,
        outcomes.pipeline,
        outcomes.outcome,
        outcomes.lost_reason,
        outcomes.currency,
        coalesce(outcomes.last_amount, outcomes.amount) as amount,
        outcomes.created_at,
        case outcomes.outcome
            when 'won' then coalesce(outcomes.won_at, outcomes.closed_at)
            when 'lost' then coalesce(outcomes.lost_at, outcomes.closed_at)
        end as closed_at
    from outcomes
    left join primary_persons on outcomes.opportunity_key = primary_persons.opportunity_key
    left join persons on primary_persons.person_key = persons.person_key
    left join companies on outcomes.company_key = companies.company_key

)

select * from int_opportunities_resolved
