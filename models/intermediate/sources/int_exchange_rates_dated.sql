{# Grain: one row per currency and interval in which a rate into the reporting currency holds. The
   first one holds from the beginning of time. #}
with

rates as (select * from {{ ref('exchange_rates') }}),

numbered_rates as (

    select
        currency,
        rate,
        cast(valid_from as timestamp) as valid_from,
        cast(lead(valid_from) over (partition by currency order by valid_from) as timestamp)
            as valid_to,
        row_number() over (partition by currency order by valid_from) as rate_number
    from rates

),

int_exchange_rates_dated as (

    select
        currency,
        rate,
        case when rate_number > 1 then valid_from else cast('0001-01-01' as timestamp) end
            as valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as valid_to
    from numbered_rates

)

select * from int_exchange_rates_dated
