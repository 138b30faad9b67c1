with

{{ union_sources('opportunities', times=['created_at']) }},

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

int_opportunities_rows_checked as (

    select
        {{ key_of(['checked.system', 'opportunity_id']) }} as opportunity_key,
        checked.system,
        {{ key_of(['checked.system', 'company_record_id']) }} as company_key,
        {{ key_of(['checked.system', 'primary_record_id']) }} as record_key,
        {{ key_of(['checked.system', 'owner_id']) }} as owner_key,
        coalesce(checked.opportunity_type, 'new') as opportunity_type,
        checked.pipeline,
        checked.lost_reason,
        {{ currency_or_default('checked.currency') }} as currency,
        checked.amount,
        -- What happened after the cutoff has not happened yet: the deal is still open.
        coalesce(checked.is_won, false)
        and coalesce(checked.closed_at < {{ cutoff() }}, true) as is_won,
        checked.created_at,
        case when checked.closed_at < {{ cutoff() }} then checked.closed_at end as closed_at,
        {{ checked_origin(unknown_currency()) }}
    from checked
    left join currencies
        on {{ currency_or_default('checked.currency') }} = currencies.currency

)

select * from int_opportunities_rows_checked
