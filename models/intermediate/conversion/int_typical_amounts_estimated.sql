{# Grain: one row a stage that brings money, and funnel ('all' is the whole company): what a deal
   won there is worth on average; a funnel of few wins is told by the company's. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

funnels as (select * from {{ ref('funnels') }}),

slices as (

    {{ slices(['all', 'funnel']) }}

),

wins as (

    select
        lifecycle.stage,
        case when slices.slice_name = 'all' then 'all' else lifecycle.funnel end as funnel,
        count(*) as won_count,
        sum(lifecycle.amount) / count(*) as mean_amount
    from lifecycle
    cross join slices
    where
        lifecycle.stage in ('customer', 'retained', 'expanded') and lifecycle.amount is not null
    group by
        lifecycle.stage,
        case when slices.slice_name = 'all' then 'all' else lifecycle.funnel end

),

company as (select * from wins where funnel = 'all'),

every_funnel as (

    select funnel from funnels
    union all
    select 'all' as funnel

),

int_typical_amounts_estimated as (

    select
        company.stage,
        every_funnel.funnel,
        case when wins.won_count >= 5 then 'funnel' else 'company' end as basis,
        coalesce(wins.won_count, 0) as won_count,
        cast(
            case when wins.won_count >= 5 then wins.mean_amount else company.mean_amount end
            as decimal(18, 2)
        ) as typical_amount
    from company
    cross join every_funnel
    left join wins on company.stage = wins.stage and every_funnel.funnel = wins.funnel

)

select * from int_typical_amounts_estimated
