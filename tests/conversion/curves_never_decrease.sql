with

curve_changes as (

    select
        *,
        lag(converted_rate, 1, 0) over (
            partition by step, slice_name, slice_value order by waited_days
        ) as previous_converted_rate,
        lag(waiting_rate, 1, 1) over (
            partition by step, slice_name, slice_value order by waited_days
        ) as previous_waiting_rate
    from {{ ref('conversion_curves_by_slice') }}

)

select * from curve_changes
where
    converted_rate < previous_converted_rate - 1e-9
    or waiting_rate > previous_waiting_rate + 1e-9
    or waiting_rate < 0
    or converted_rate + waiting_rate > 1 + 1e-9
    or lower_rate > converted_rate + 1e-9
    or upper_rate < converted_rate - 1e-9
