{# Grain: one row a step, slice and horizon (30, 60, 90, 180 days; none is for good): the share that
   converts, estimated with those still open counted properly. #}
with

totals as (select * from {{ ref('int_conversion_totals_counted') }}),

curves as (select * from {{ ref('conversion_curves') }}),

horizons as (

    {%- for days in [30, 60, 90, 180] %}
    select cast({{ days }} as bigint) as horizon_days
    union all
    {%- endfor %}
    select cast(null as bigint) as horizon_days

),

reached as (

    select
        curves.step,
        curves.slice_name,
        curves.slice_value,
        horizons.horizon_days,
        max(curves.waited_days) as waited_days
    from curves
    inner join horizons on curves.waited_days < coalesce(horizons.horizon_days, 1000000)
    group by curves.step, curves.slice_name, curves.slice_value, horizons.horizon_days

),

judged as (

    select
        totals.*,
        horizons.horizon_days,
        case
            when totals.watched_days is null then 'not dated'
            when totals.undated_count > 0.05 * totals.converted_count then 'not dated'
            when totals.watched_days < horizons.horizon_days then 'too young'
            else 'estimated'
        end as basis
    from totals
    cross join horizons

),

conversion_estimates as (

    -- Before anybody converted, left or was last seen, nobody had converted.
    select
        judged.step,
        judged.slice_name,
        judged.slice_value,
        judged.basis,
        judged.horizon_days,
        judged.entered_count,
        judged.year_entered_count,
        judged.converted_count,
        judged.open_count,
        judged.raw_rate,
        case
            when judged.basis = 'estimated'
                then cast(coalesce(curves.converted_rate, 0) as decimal(9, 6))
        end as estimated_rate,
        {%- for bound in ['lower_rate', 'upper_rate'] %}
        case when judged.basis = 'estimated' then cast(curves.{{ bound }} as decimal(9, 6)) end
            as {{ bound }},
        {%- endfor %}
        judged.is_plateau_trusted
    from judged
    left join reached
        on
            judged.step = reached.step
            and judged.slice_name = reached.slice_name
            and judged.slice_value = reached.slice_value
            and coalesce(judged.horizon_days, -1) = coalesce(reached.horizon_days, -1)
    left join curves
        on
            reached.step = curves.step
            and reached.slice_name = curves.slice_name
            and reached.slice_value = curves.slice_value
            and reached.waited_days = curves.waited_days

)

select * from conversion_estimates
