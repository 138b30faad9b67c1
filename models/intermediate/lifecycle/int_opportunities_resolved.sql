{# Grain: one row a usable deal: whose it is, how it stands at the cutoff, and its amount then. #}
with

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

opportunity_people as (select * from {{ ref('int_opportunity_people_unioned') }}),

stages as (select * from {{ ref('int_opportunity_stages_unioned') }}),

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

candidates as (

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

primary_people as (

    select
        candidates.opportunity_key,
        {{ first_by(
            'records.person_key',
            'row(candidates.candidate_rank, people.created_at, candidates.record_key)'
        ) }} as person_key
    from candidates
    inner join people on candidates.record_key = people.record_key
    inner join records on candidates.record_key = records.record_key
    group by candidates.opportunity_key

),

histories as (

    select
        opportunity_key,
        {{ last_by('stage', 'case when stage is not null then row(entered_at, source_key) end') }}
            as last_stage,
        max(case when stage = 'customer' then entered_at end) as won_at,
        max(case when stage = 'lost' then entered_at end) as lost_at,
        {{ last_by('amount', 'case when amount is not null then row(entered_at, source_key) end') }}
            as amount
    from stages
    group by opportunity_key

),

standing as (

    select
        opportunities.*,
        histories.won_at,
        histories.lost_at,
        histories.amount as last_amount,
        -- The deal's own word first; where it says open (perhaps only since it closed after the
        -- cutoff), its history's.
        case
            when opportunities.is_won then 'won'
            when opportunities.closed_at is not null then 'lost'
            when histories.last_stage = 'customer' then 'won'
            when histories.last_stage = 'lost' then 'lost'
            else 'open'
        end as outcome
    from opportunities
    left join histories on opportunities.opportunity_key = histories.opportunity_key

),

int_opportunities_resolved as (

    select
        standing.opportunity_key,
        standing.system,
        primary_people.person_key,
        coalesce(companies.account_key, persons.account_key) as account_key,
        standing.owner_key,
        standing.opportunity_type,
        standing.pipeline,
        standing.outcome,
        standing.lost_reason,
        standing.currency,
        coalesce(standing.last_amount, standing.amount) as amount,
        standing.created_at,
        case standing.outcome
            when 'won' then coalesce(standing.won_at, standing.closed_at)
            when 'lost' then coalesce(standing.lost_at, standing.closed_at)
        end as closed_at
    from standing
    left join primary_people on standing.opportunity_key = primary_people.opportunity_key
    left join persons on primary_people.person_key = persons.person_key
    left join companies on standing.company_key = companies.company_key

)

select * from int_opportunities_resolved
