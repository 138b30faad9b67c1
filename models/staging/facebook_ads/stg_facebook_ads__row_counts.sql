{{ config(enabled=provides(model.name)) }}

{{ count_rows('facebook_ads', {'ad_spend': ['basic_ad']}) }}
