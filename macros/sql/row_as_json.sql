{# A whole row, given by its alias, as JSON text. #}
{% macro row_as_json(alias) -%} {{ return(adapter.dispatch('row_as_json', 'revenue_funnel')(alias)) }} {%- endmacro %}

{% macro default__row_as_json(alias) -%} cast(to_json({{ alias }}) as {{ dbt.type_string() }}) {%- endmacro %}

{% macro postgres__row_as_json(alias) -%} cast(row_to_json({{ alias }}) as {{ dbt.type_string() }}) {%- endmacro %}

{#- Spark writes the fraction of a second even where there is none. -#}
{% macro spark__row_as_json(alias) -%}
    regexp_replace(
                to_json(struct({{ alias }}.*), map('ignoreNullFields', 'false', 'timestampFormat', 'yyyy-MM-dd HH:mm:ss.SSSSSS')),
                '(:[0-9]{2}:[0-9]{2})(?:[.]0{6}|([.][0-9]*[1-9])0+)"', '$1$2"'
            )
{%- endmacro %}
