{# Grain: one row per transaction. Those that failed, were voided, or only asked whether a card works are set aside. #}
select
    landed.id as payment_id,
    landed.account_id as customer_record_id,
    cast(landed.amount as decimal(18, 4)) as amount,
    landed.currency,
    case when landed.type = 'refund' then 'refund' else 'payment' end as kind,
    coalesce(landed.collected_at, landed.created_at) as paid_at,
    coalesce(refunded.collected_at, refunded.created_at) as originally_paid_at,
    'transaction' as source_table,
    landed.id as source_key,
    landed._fivetran_synced as loaded_at,
    case
        when
            landed.type not in ('purchase', 'capture', 'refund')
            or landed.status <> 'success'
            or landed.voided_at is not null
            then 'not_needed'
    end as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{ source('recurly', 'transaction') }} as landed
left join {{ source('recurly', 'transaction') }} as refunded
    on landed.type = 'refund' and landed.original_transaction_id = refunded.id
