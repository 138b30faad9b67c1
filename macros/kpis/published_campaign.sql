{# An expression: a campaign's name; 'withheld' where it has a row in int_rare_campaigns_listed, joined under the name rare, 'unknown' where
   no evidence names one. #}
{% macro published_campaign(campaign, rare) -%}
    case when {{ rare }}.campaign is not null then 'withheld' else coalesce({{ campaign }}, 'unknown') end
{%- endmacro %}
