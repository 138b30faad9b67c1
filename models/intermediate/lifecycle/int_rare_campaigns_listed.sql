{# Grain: one row per name of a campaign whose people and days of ad spend are together fewer than
   the var least_published_records. People type such names, so they are not published. #}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

touches as (select * from {{ ref('int_touches_resolved') }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

campaign_bearers as (

    select
        campaign,
        'person' as bearer,
        person_key as bearer_key
    from touches
    union distinct
    select
        people.lead_campaign as campaign,
        'person' as bearer,
        records.person_key as bearer_key
    from people
    inner join records on people.record_key = records.record_key
    union distinct
    select
        campaign,
        'day' as bearer,
        {{ key_of(['cast(spend_date as ' ~ dbt.type_string() ~ ')']) }} as bearer_key
    from ad_spend

),

int_rare_campaigns_listed as (

    select
        campaign,
        count(*) as bearer_count
    from campaign_bearers
    where campaign is not null
    group by campaign
    having count(*) < {{ int_var('least_published_records') }}

)

select * from int_rare_campaigns_listed
