{# Grain: one row per usable row of ad spend and day. What the rest of the project reads; rows that
   can't be used are in quarantine, with the reason. The cost of a whole campaign is spread evenly
   over its days. #}
{#- Ten years of days. -#}
{%- set longest_campaign = 3660 -%}
{%- set columns = [
    'spend_key', 'campaign_key', 'system', 'campaign', 'channel', 'currency',
    'is_currency_assumed', 'impressions', 'clicks', 'source_table', 'source_key', 'copy_number',
    'loaded_at', 'deleted_at', 'reason_detail', 'reason_code',
] -%}
with

usable_rows as (select * from {{ ref('int_ad_spend_rows_checked') }} where reason_code is null),

days as ({{ whole_numbers(1, longest_campaign) }}),

campaign_totals as (

    -- What a campaign that goes on has cost is the cost of the days until the cutoff.
    select
        *,
        least(
            {{ date_difference(
                'spend_date',
                'least(last_spend_date, cast(' ~ cutoff() ~ " - interval '1 microsecond' as date))"
            ) }} + 1,
            {{ longest_campaign }}
        ) as day_count
    from usable_rows
    where last_spend_date is not null

),

campaign_days as (

    select
        campaign_totals.*,
        days.number as day_number,
        cast(
            round(
                cast(campaign_totals.amount as decimal(22, 4))
                * days.number / campaign_totals.day_count, 2
            ) as decimal(18, 4)
        ) as amount_so_far
    from campaign_totals
    inner join days on campaign_totals.day_count >= days.number

),

int_ad_spend_unioned as (

    select
        {{ columns | join(',\n        ') }},
        amount,
        true as is_first_day,
        spend_date
    from usable_rows
    where last_spend_date is null
    union all
    select
        {{ columns | join(',\n        ') }},
        cast(
            amount_so_far - coalesce(
                lag(amount_so_far) over (partition by spend_key order by day_number), 0
            ) as decimal(18, 4)
        ) as amount,
        day_number = 1 as is_first_day,
        spend_date + cast(day_number - 1 as integer) as spend_date
    from campaign_days

)

select * from int_ad_spend_unioned
