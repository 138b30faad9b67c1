{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('facebook_ads', 'row_counts') %}

{{ count_rows(system, {'ad_spend': ['basic_ad']}) }}
{% endcall %}
