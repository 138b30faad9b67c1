{# Grain: one row per source row of an opportunity, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('opportunities', times=['created_at']) }}

),

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

int_opportunities_rows_checked as (

    select
        {{ key_of(['source_rows.system', 'opportunity_id']) }} as opportunity_key,
        source_rows.system,
        {{ key_of(['source_rows.system', 'company_record_id']) }} as company_key,
        {{ key_of(['source_rows.system', 'primary_record_id']) }} as record_key,
        {{ key_of(['source_rows.system', 'owner_id']) }} as owner_key,
        coalesce(source_rows.opportunity_type, 'new') as opportunity_type,
        source_rows.pipeline,
        source_rows.lost_reason,
        {{ currency_or_default('source_rows.currency') }} as currency,
        source_rows.amount,
        -- As of the cutoff: an opportunity that is closed later is still open.
        coalesce(source_rows.is_won, false)
        and coalesce(source_rows.closed_at < {{ cutoff() }}, true) as is_won,
        source_rows.created_at,
        case when source_rows.closed_at < {{ cutoff() }} then source_rows.closed_at end
            as closed_at,
        {{ checked_origin('source_rows') }},
        coalesce(
            source_rows.reason_code,
            case when currencies.currency is null then 'unknown_currency' end
        ) as reason_code
    from source_rows
    left join currencies
        on {{ currency_or_default('source_rows.currency') }} = currencies.currency

)

select * from int_opportunities_rows_checked
