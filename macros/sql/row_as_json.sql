{# A whole row, given by its alias, as JSON text. #}
{% macro row_as_json(alias) -%} {{ return(adapter.dispatch('row_as_json', 'revenue_funnel')(alias)) }} {%- endmacro %}

{% macro default__row_as_json(alias) -%} cast(to_json({{ alias }}) as {{ dbt.type_string() }}) {%- endmacro %}

{% macro postgres__row_as_json(alias) -%} cast(row_to_json({{ alias }}) as {{ dbt.type_string() }}) {%- endmacro %}
