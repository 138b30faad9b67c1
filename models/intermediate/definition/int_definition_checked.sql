{# Grain: one row a fault of the lead definition, in a sentence. Any row stops the build before
   anything is judged. #}
{{ config(post_hook="{{ stop_at_faults() }}") }}

with

rules as (select * from {{ ref('int_rules_checked') }}),

versions as (select * from {{ ref('int_versions_checked') }}),

agreements as (select * from {{ ref('int_agreements_checked') }}),

int_definition_checked as (

    select sentence from rules
    union
    select sentence from versions
    union
    select sentence from agreements

)

select * from int_definition_checked
