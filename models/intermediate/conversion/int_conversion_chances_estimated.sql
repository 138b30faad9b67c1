{# Grain: one row a step, funnel and age in days at which anybody is known: of those who still wait
   then, the share that converts after all. #}
with

curves as (select * from {{ ref('conversion_curves') }}),

company as (select * from curves where slice_name = 'all'),

int_conversion_chances_estimated as (

    -- Fewer conversions than five make no curve: the whole company's is taken.
    select
        curves.step,
        curves.slice_value as funnel,
        case when curves.slice_converted_count >= 5 then 'funnel' else 'company' end as basis,
        curves.waited_days,
        cast(
            case
                when curves.slice_converted_count >= 5 then curves.chance_rate
                else company.chance_rate
            end
            as decimal(9, 6)
        ) as chance_rate
    from curves
    inner join company
        on curves.step = company.step and curves.waited_days = company.waited_days
    where curves.slice_name = 'funnel'

)

select * from int_conversion_chances_estimated
