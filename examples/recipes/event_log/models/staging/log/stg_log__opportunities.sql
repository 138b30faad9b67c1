{# Grain: one row per event from the offer on. The offer is the opportunity; a signature or a
   refusal closes it, and is counted as a detail of it. #}
with

events as (select * from {{ source('log', 'events') }}),

answers as (select * from events where event in ('signed', 'declined')),

stg_log__opportunities as (

    select
        events.application_id as opportunity_id,
        events.application_id as primary_record_id,
        cast(offers.amount as decimal(18, 2)) as amount,
        'EUR' as currency,
        answers.event is not null as is_closed,
        coalesce(answers.event = 'signed', false) as is_won,
        cast(offers.happened_at as timestamp) as created_at,
        cast(answers.happened_at as timestamp) as closed_at,
        'events' as source_table,
        events.application_id || '|' || events.event as source_key,
        case when events.event <> 'offered' then 'detail_row' end as reason_code,
        cast(to_json(events) as varchar) as row_json
    from events
    left join events as offers
        on events.application_id = offers.application_id and offers.event = 'offered'
    left join answers on events.application_id = answers.application_id
    where events.event in ('offered', 'signed', 'declined')

)

select * from stg_log__opportunities
