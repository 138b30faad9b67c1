{# Grain: one row per trait and value: of the opportunities of new business that were closed, how
   many were won, and whether that is more or less than of all others. Traits overlap. #}
{%- set minimum = int_var('minimum_group_size') -%}
{%- set least = int_var('least_published_records') -%}
with

opportunities as (

    select * from {{ ref('dim_opportunities') }} where outcome != 'open' and revenue_type = 'new'

),

accounts as (select * from {{ ref('dim_accounts') }}),

persons as (select * from {{ ref('dim_persons') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

opportunity_people as ({{ usable_rows(ref('int_opportunity_people_rows_checked')) }}),

job_titles as (

    select
        records.person_key,
        {{ first_by('lower(trim(people.job_title))', oldest(
            'people.job_title', 'people.created_at, people.record_key'
        )) }} as job_title
    from people
    inner join records on people.record_key = records.record_key
    group by records.person_key

),

described_opportunities as (

    select
        opportunities.*,
        accounts.industry,
        accounts.country,
        persons.seniority,
        job_titles.job_title,
        case
            when opportunities.person_count > 3 then '4_or_more'
            else cast(opportunities.person_count as {{ dbt.type_string() }})
        end as people
    from opportunities
    left join accounts on opportunities.account_key = accounts.account_key
    left join persons on opportunities.person_key = persons.person_key
    left join job_titles on opportunities.person_key = job_titles.person_key

),

opportunity_traits as (

    {% for trait, column in [
        ('industry', 'industry'), ('country', 'country'), ('size', 'funnel'),
        ('channel', 'channel'), ('seniority', 'seniority'), ('job_title', 'job_title'),
        ('people_on_opportunity', 'people'),
    ] -%}
    select
        '{{ trait }}' as trait,
        coalesce({{ column }}, 'unknown') as typed_value,
        opportunity_key,
        outcome,
        amount
    from described_opportunities
    union all
    {% endfor -%}
    -- An opportunity has each role once.
    select distinct
        'role_on_opportunity' as trait,
        coalesce(lower(opportunity_people.role), 'not_recorded') as typed_value,
        opportunities.opportunity_key,
        opportunities.outcome,
        opportunities.amount
    from opportunities
    inner join opportunity_people
        on opportunities.opportunity_key = opportunity_people.opportunity_key

),

trait_totals as (

    -- Each opportunity once, though it may have several roles.
    select
        trait,
        count(distinct opportunity_key) as closed_count,
        count(distinct case when outcome = 'won' then opportunity_key end) as won_count
    from opportunity_traits
    group by trait

),

publishable_traits as (

    -- Values that few bear could name a company or a person: they are counted together, and an
    -- opportunity with several of them once.
    select distinct
        trait,
        opportunity_key,
        outcome,
        amount,
        case
            when count(*) over (partition by trait, typed_value) < {{ least }} then 'withheld'
            else typed_value
        end as trait_value
    from opportunity_traits

),

published_values as (

    select
        trait,
        trait_value,
        count(*) as closed_count,
        count(case when outcome = 'won' then 1 end) as won_count,
        sum(case when outcome = 'won' then amount else 0 end) as won_amount
    from publishable_traits
    group by trait, trait_value

),

compared_values as (

    select
        published_values.*,
        trait_totals.closed_count - published_values.closed_count as other_closed_count,
        trait_totals.won_count - published_values.won_count as other_won_count,
        -- One of twenty values that are alike lies outside of its 95 % interval. So that chance
        -- shows one in at most one of twenty traits, the intervals are wider (Bonferroni).
        {{ normal_quantile('0.025 / count(*) over (partition by published_values.trait)') }}
            as deviations
    from published_values
    inner join trait_totals on published_values.trait = trait_totals.trait

),

intervals as (

    -- Wilson's intervals, which hold for few opportunities, too: of the value, and of all others.
    select
        *,
        {{ wilson_bound('won_count', 'closed_count', '-', 'deviations') }} as lower_bound,
        {{ wilson_bound('won_count', 'closed_count', '+', 'deviations') }} as upper_bound,
        {{ wilson_bound('other_won_count', 'other_closed_count', '-', 'deviations') }}
            as other_lower_bound,
        {{ wilson_bound('other_won_count', 'other_closed_count', '+', 'deviations') }}
            as other_upper_bound,
        {{ as_double('won_count') }} / closed_count as rate,
        {{ as_double('other_won_count') }} / nullif(other_closed_count, 0) as other_rate
    from compared_values

),

differences as (

    -- Newcombe's interval of a difference (1998, method 10): neither rate is known exactly.
    select
        *,
        rate - other_rate - sqrt(
            power(rate - lower_bound, 2) + power(other_upper_bound - other_rate, 2)
        ) as lower_difference,
        rate - other_rate + sqrt(
            power(upper_bound - rate, 2) + power(other_rate - other_lower_bound, 2)
        ) as upper_difference
    from intervals

),

win_rates_by_trait as (

    select
        trait,
        trait_value,
        case
            when trait_value in ('unknown', 'not_recorded', 'withheld') then 'unknown'
            when closed_count < {{ minimum }} or other_closed_count < {{ minimum }} then 'too_few'
            when lower_difference > 0 then 'wins_more'
            when upper_difference < 0 then 'wins_less'
            else 'no_difference'
        end as finding,
        closed_count,
        won_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        {{ ratio('won_count', 'closed_count', 3) }} as win_rate,
        cast({{ wilson_bound('won_count', 'closed_count', '-') }} as decimal(9, 6)) as lower_rate,
        cast({{ wilson_bound('won_count', 'closed_count', '+') }} as decimal(9, 6)) as upper_rate,
        {{ ratio('other_won_count', 'other_closed_count', 3) }} as other_win_rate,
        trait = 'size' as is_additive
    from differences

)

select * from win_rates_by_trait
