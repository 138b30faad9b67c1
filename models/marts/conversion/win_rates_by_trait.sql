{# Grain: one row per trait and value: of the opportunities of new business that were closed, how
   many were won, and whether that is more or less than of all others. Traits overlap. #}
{#- 95 % in both directions: the quantile of the normal distribution. -#}
{%- set z = 1.959964 -%}
{%- set minimum = int_var('minimum_group_size') -%}
{%- set won = as_double('won_count') ~ ' / closed_count' -%}
with

opportunities as (

    select * from {{ ref('dim_opportunities') }} where outcome != 'open' and revenue_type = 'new'

),

accounts as (select * from {{ ref('dim_accounts') }}),

persons as (select * from {{ ref('dim_persons') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

people as (select * from {{ ref('int_people_unioned') }}),

opportunity_people as (select * from {{ ref('int_opportunity_people_unioned') }}),

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

    -- Values that few bear could name a company or a person: they are counted together.
    select
        *,
        case
            when
                count(*) over (partition by trait, typed_value)
                < {{ int_var('least_published_records') }}
                then 'withheld'
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
        {{ ratio('published_values.won_count', 'published_values.closed_count', 3) }} as win_rate,
        {{ ratio(
            'trait_totals.won_count - published_values.won_count',
            'trait_totals.closed_count - published_values.closed_count', 3
        ) }} as other_win_rate
    from published_values
    inner join trait_totals on published_values.trait = trait_totals.trait

),

intervals as (

    -- Wilson's interval, which holds for few opportunities, too.
    select
        *,
        cast(
            greatest(
                0,
                ({{ won }} + {{ z * z / 2 }} / closed_count - {{ z }} * sqrt(
                    {{ won }} * (1 - {{ won }}) / closed_count
                    + {{ z * z / 4 }} / (closed_count * closed_count)
                )) / (1 + {{ z * z }} / closed_count)
            ) as decimal(9, 6)
        ) as lower_rate,
        cast(
            least(
                1,
                ({{ won }} + {{ z * z / 2 }} / closed_count + {{ z }} * sqrt(
                    {{ won }} * (1 - {{ won }}) / closed_count
                    + {{ z * z / 4 }} / (closed_count * closed_count)
                )) / (1 + {{ z * z }} / closed_count)
            ) as decimal(9, 6)
        ) as upper_rate
    from compared_values

),

win_rates_by_trait as (

    select
        trait,
        trait_value,
        case
            when closed_count < {{ minimum }} or other_closed_count < {{ minimum }} then 'too_few'
            when lower_rate > other_win_rate then 'wins_more'
            when upper_rate < other_win_rate then 'wins_less'
            else 'no_difference'
        end as finding,
        closed_count,
        won_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        win_rate,
        lower_rate,
        upper_rate,
        other_win_rate,
        trait = 'size' as is_additive
    from intervals

)

select * from win_rates_by_trait
