{# Grain: one row each time an account's last running subscription ended, with the deal that had won
   the account. #}
with

subscriptions as (select * from {{ ref('int_subscriptions_unioned') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }}
    where outcome = 'won' and opportunity_type = 'new'

),

spells as (

    select
        companies.account_key,
        subscriptions.system,
        subscriptions.end_reason,
        subscriptions.started_at,
        subscriptions.ended_at
    from subscriptions
    inner join companies on subscriptions.company_key = companies.company_key

),

ends as (

    select
        ended.account_key,
        min(ended.system) as system,
        min(ended.end_reason) as exit_reason,
        ended.ended_at as exited_at
    from spells as ended
    left join spells as running
        on
            ended.account_key = running.account_key
            and ended.ended_at >= running.started_at
            and coalesce(running.ended_at, {{ end_of_time() }}) > ended.ended_at
    where ended.ended_at is not null and running.account_key is null
    group by ended.account_key, ended.ended_at

),

last_wins as (

    select
        ends.account_key,
        ends.exited_at,
        {{ last_by(
            'opportunities.opportunity_key',
            'row(opportunities.closed_at, opportunities.opportunity_key)'
        ) }} as opportunity_key
    from ends
    inner join opportunities
        on
            ends.account_key = opportunities.account_key
            and ends.exited_at >= opportunities.closed_at
    group by ends.account_key, ends.exited_at

),

int_churns_detected as (

    select
        opportunities.person_key,
        last_wins.opportunity_key,
        ends.exit_reason,
        ends.system,
        ends.exited_at
    from ends
    inner join last_wins
        on
            ends.account_key = last_wins.account_key
            and ends.exited_at = last_wins.exited_at
    inner join opportunities on last_wins.opportunity_key = opportunities.opportunity_key

)

select * from int_churns_detected
