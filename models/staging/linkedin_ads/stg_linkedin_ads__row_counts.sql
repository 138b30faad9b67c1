{# Grain: one row per source table that is there. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('linkedin_ads', 'row_counts') %}

{{ count_rows(system, {'ad_spend': ['ad_analytics_by_campaign']}) }}
{% endcall %}
