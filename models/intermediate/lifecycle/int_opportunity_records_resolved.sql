{# Grain: one row per usable opportunity record of a system: its primary person and account, its
   outcome and amount at the cutoff. Of one that two systems have, is_counted marks one record. #}
with

opportunities as (

    select * from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code = 'same_opportunity'

),

opportunity_people as ({{ usable_rows(ref('int_opportunity_people_rows_checked')) }}),

opportunity_changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

states as (select * from {{ ref('int_opportunity_states_dated') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

account_matches as (select * from {{ ref('int_person_accounts_matched') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

copies as (

    -- Records of the same opportunities in systems that are not in charge.
    select * from opportunities
    where reason_code = 'same_opportunity'

),

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
    union all
    select
        counted_opportunity_key as opportunity_key,
        record_key,
        3 as candidate_rank
    from copies
    where record_key is not null
    union all
    select
        copies.counted_opportunity_key as opportunity_key,
        opportunity_people.record_key,
        case when opportunity_people.is_primary then 4 else 5 end as candidate_rank
    from opportunity_people
    inner join copies on opportunity_people.opportunity_key = copies.opportunity_key

),

copied_accounts as (

    select
        copies.counted_opportunity_key as opportunity_key,
        {{ first_by('companies.account_key', 'copies.opportunity_key') }} as account_key
    from copies
    inner join companies on copies.company_key = companies.company_key
    group by copies.counted_opportunity_key

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

last_amounts as (

    select
        opportunity_key,
        {{ last_by('amount', 'row(changed_at, tie_number, source_key)') }} as amount
    from opportunity_changes
    where amount is not null
    group by opportunity_key

),

outcomes as (

    -- The opportunity's own row counts, if it was loaded before the cutoff. Its history counts for
    -- what the row cannot say, and where the row is newer than the cutoff.
    select
        opportunities.*,
        last_states.outcome as last_outcome,
        last_states.previous_outcome,
        last_states.entered_at as last_entered_at,
        case
            when opportunities.is_known_at_cutoff then opportunities.amount
            else coalesce(last_amounts.amount, opportunities.amount)
        end as amount_then,
        case
            when opportunities.is_won then 'won'
            when opportunities.is_closed then 'lost'
            when opportunities.is_known_at_cutoff and not opportunities.is_closed then 'open'
            else coalesce(last_states.outcome, 'open')
        end as outcome
    from opportunities
    left join states as last_states
        on
            opportunities.opportunity_key = last_states.opportunity_key
            and last_states.is_last
    left join last_amounts on opportunities.opportunity_key = last_amounts.opportunity_key

),

closing_times as (

    -- History has the moment at which an opportunity closed. A history that begins when it had
    -- closed (imported, or recorded since then) has not: an earlier closing date holds.
    select
        *,
        case
            when outcome = 'open' then null
            when
                last_outcome = outcome
                and not (
                    previous_outcome is null
                    and coalesce(
                        cast(closed_at as date) < cast(last_entered_at as date), false
                    )
                )
                then last_entered_at
            else closed_at
        end as outcome_at
    from outcomes

),

daily_times as (

    -- A closing date may have no time: on the day of its creation, an opportunity closed after it.
    select
        *,
        case
            when cast(outcome_at as date) = cast(created_at as date)
                then greatest(outcome_at, created_at)
            else outcome_at
        end as resolved_closed_at
    from closing_times

),

int_opportunity_records_resolved as (

    select
        opportunities.opportunity_key,
        opportunities.system,
        primary_persons.person_key,
        coalesce(
            companies.account_key, copied_accounts.account_key, account_matches.account_key
        ) as account_key,
        opportunities.owner_key,
        opportunities.opportunity_type,
        opportunities.pipeline,
        opportunities.outcome,
        -- A reason stays on an opportunity that was reopened, and may be newer than the cutoff.
        case when opportunities.outcome = 'lost' then opportunities.lost_reason end as lost_reason,
        opportunities.currency,
        opportunities.amount_then as amount,
        opportunities.reason_code is null as is_counted,
        -- A record that was made after the close is of an opportunity that began by then.
        case
            when opportunities.resolved_closed_at < opportunities.created_at
                then opportunities.resolved_closed_at
            else opportunities.created_at
        end as created_at,
        opportunities.resolved_closed_at as closed_at
    from daily_times as opportunities
    left join primary_persons on opportunities.opportunity_key = primary_persons.opportunity_key
    left join account_matches on primary_persons.person_key = account_matches.person_key
    left join companies on opportunities.company_key = companies.company_key
    left join copied_accounts on opportunities.opportunity_key = copied_accounts.opportunity_key

)

select * from int_opportunity_records_resolved
