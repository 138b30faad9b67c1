-- How did the open pipeline move from the first day of the last whole quarter to its last? The parts
-- before the last add up to it. Chart: a waterfall by move_name. A tool that
-- draws the total by itself needs the filter move != 'closing'.
with

quarter_sums as (

    select
        sum(opening_amount) as opening_amount,
        sum(created_amount) as created_amount,
        sum(reopened_amount) as reopened_amount,
        sum(increased_amount) as increased_amount,
        sum(decreased_amount) as decreased_amount,
        sum(won_amount) as won_amount,
        sum(lost_amount) as lost_amount,
        sum(closing_amount) as closing_amount
    from marts.fct_pipeline_waterfall_by_period
    where
        period_kind = 'quarter'
        and basis = 'all_open'
        and period_start = (
            select max(quarters.period_start)
            from marts.kpi_reviews_by_period as quarters
            where quarters.period_kind = 'quarter' and quarters.is_complete
        )

),

moves as (

    select 1 as move_order, 'opening' as move, opening_amount as amount from quarter_sums
    union all
    select 2, 'created', created_amount from quarter_sums
    union all
    select 3, 'reopened', reopened_amount from quarter_sums
    union all
    select 4, 'increased', increased_amount from quarter_sums
    union all
    select 5, 'decreased', -decreased_amount from quarter_sums
    union all
    select 6, 'won', -won_amount from quarter_sums
    union all
    select 7, 'lost', -lost_amount from quarter_sums
    union all
    select 8, 'closing', closing_amount from quarter_sums

)

-- move_name sorts in tools that sort by name.
select
    move_order,
    move,
    move_order || ' ' || move as move_name,
    amount
from moves
order by move_order
