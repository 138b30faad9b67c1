{# Grain: one row per stage that is entered by a win, and funnel ('all' is the whole company): the
   average won amount; a funnel with too few wins takes the company's. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

funnels as (select * from {{ ref('funnels') }}),

slices as (

    {{ slices(['all', 'funnel']) }}

),

sliced_wins as (

    select
        lifecycle.stage,
        lifecycle.amount,
        case when slices.slice_name = 'all' then 'all' else lifecycle.funnel end as funnel
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    cross join slices
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.amount is not null

),

funnel_wins as (

    select
        stage,
        funnel,
        count(*) as won_count,
        sum(amount) / count(*) as mean_amount
    from sliced_wins
    group by stage, funnel

),

company_wins as (select * from funnel_wins where funnel = 'all'),

funnels_and_all as (

    select funnel from funnels
    union all
    select 'all' as funnel

),

int_win_amounts_estimated as (

    select
        company_wins.stage,
        funnels_and_all.funnel,
        case
            when funnel_wins.won_count >= {{ int_var('minimum_group_size') }} then 'funnel'
            else 'company'
        end as amount_source,
        coalesce(funnel_wins.won_count, 0) as won_count,
        cast(
            case
                when funnel_wins.won_count >= {{ int_var('minimum_group_size') }}
                    then funnel_wins.mean_amount
                else company_wins.mean_amount
            end
            as decimal(18, 2)
        ) as average_goal_amount
    from company_wins
    cross join funnels_and_all
    left join funnel_wins
        on
            company_wins.stage = funnel_wins.stage
            and funnels_and_all.funnel = funnel_wins.funnel

)

select * from int_win_amounts_estimated
