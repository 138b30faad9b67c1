{# A row's currency. Where its system does not say one: the system's own (var system_currencies), else the var default_currency.
   rows: the CTE with the columns system and currency. #}
{% macro currency_or_default(rows) -%}
    coalesce({{ rows }}.currency, {% if var('system_currencies') %}case {{ rows }}.system{% for system, currency in var('system_currencies').items() %} when {{ text_literal(system, 'A system in the var system_currencies') }} then {{ text_literal(currency, 'A currency in the var system_currencies') }}{% endfor %} end, {% endif %}{{ text_var('default_currency') }})
{%- endmacro %}
