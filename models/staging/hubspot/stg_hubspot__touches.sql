{# Grain: one row per form submission, e-mail event, and contact and engagement. #}
{{ config(enabled=provides(model.name)) }}

with

form_touches as (select * from {{ ref('base_hubspot__form_touches') }}),

email_touches as (select * from {{ ref('base_hubspot__email_touches') }}),

engagement_touches as (select * from {{ ref('base_hubspot__engagement_touches') }}),

stg_hubspot__touches as (

    select * from form_touches
    union all
    select * from email_touches
    union all
    select * from engagement_touches

)

select * from stg_hubspot__touches
