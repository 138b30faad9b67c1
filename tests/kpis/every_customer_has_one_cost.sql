-- The customers of unit economics are those of the fact, each once: accounts and journeys won, by
-- the quarter in which they first came.
with

won as (

    select count(distinct coalesce(account_key, journey_key)) as customer_count
    from {{ ref('fct_journeys') }}
    where has_win and started_at is not null

),

told as (

    select sum(customer_count) as customer_count
    from {{ ref('kpi_unit_economics') }}
    where slice_name = 'quarter'

)

select
    won.customer_count,
    told.customer_count as told_count
from won
cross join told
where won.customer_count != coalesce(told.customer_count, 0)
