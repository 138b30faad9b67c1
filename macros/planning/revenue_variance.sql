{# How far revenue may stray at a number of leads a week: what the estimates don't know, and the luck of single wins. #}
{% macro revenue_variance(weekly_leads) -%}
    greatest(
            open_variance + open_chance
            + (2 * covariance + lead_chance) * {{ weekly_leads }}
            + lead_variance * {{ weekly_leads }} * {{ weekly_leads }}, 0
        )
{%- endmacro %}
