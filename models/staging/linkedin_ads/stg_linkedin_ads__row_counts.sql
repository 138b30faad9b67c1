{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}

{{ count_rows('linkedin_ads', {'ad_spend': ['ad_analytics_by_campaign']}) }}
