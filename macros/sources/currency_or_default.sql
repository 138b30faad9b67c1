{# A row's currency, or the var default_currency where its system does not say one. #}
{% macro currency_or_default(column) -%} coalesce({{ column }}, {{ text_var('default_currency') }}) {%- endmacro %}
