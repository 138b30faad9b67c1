{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}

{{ count_rows('facebook_ads', {'ad_spend': ['basic_ad']}) }}
