{# Grain: one row per association of a contact with a deal. #}
{{ config(enabled=provides(model.name)) }}

with

people as (select * from {{ ref('base_hubspot__deal_people') }}),

stg_hubspot__opportunity_people as (select * from people)

select * from stg_hubspot__opportunity_people
