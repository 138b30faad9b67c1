-- The share converted only grows with age, the share waiting only shrinks, both with the share that
-- left another way make one, and the interval holds the estimate.
with

compared as (

    select
        *,
        lag(converted_rate, 1, 0) over (
            partition by step, slice_name, slice_value order by waited_days
        ) as earlier_rate,
        lag(waiting_rate, 1, 1) over (
            partition by step, slice_name, slice_value order by waited_days
        ) as earlier_waiting_rate
    from {{ ref('conversion_curves') }}

)

select * from compared
where
    converted_rate < earlier_rate
    or waiting_rate > earlier_waiting_rate
    or waiting_rate < 0
    or converted_rate + waiting_rate > 1.000000000001
    or lower_rate > converted_rate
    or upper_rate < converted_rate
