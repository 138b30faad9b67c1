{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}

{{ count_rows('google_ads', {'ad_spend': ['campaign_stats']}) }}
