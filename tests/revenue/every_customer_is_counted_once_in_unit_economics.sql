with

journey_customers as (

    select count(distinct coalesce(account_key, journey_key)) as customer_count
    from {{ ref('fct_journeys') }}
    where has_win and started_at is not null

),

quarter_customers as (

    select sum(customer_count) as customer_count
    from {{ ref('kpi_unit_economics_by_slice') }}
    where slice_name = 'quarter'

)

select
    journey_customers.customer_count as journey_customer_count,
    quarter_customers.customer_count as quarter_customer_count
from journey_customers
cross join quarter_customers
where journey_customers.customer_count != coalesce(quarter_customers.customer_count, 0)
