{# Text of a web address without its %xx; null where these are no UTF-8. #}
{% macro url_decoded(text) -%} {{ return(adapter.dispatch('url_decoded', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__url_decoded(text) -%} try(url_decode({{ text }})) {%- endmacro %}

{% macro postgres__url_decoded(text) -%} {{ target.schema }}.url_decoded({{ text }}) {%- endmacro %}

{#- Spark reads a plus as a blank, and stops at a % that is no code. -#}
{% macro spark__url_decoded(text) -%}
    {%- set decoded = "try_url_decode(replace(regexp_replace(" ~ text ~ ", '%(?![0-9A-Fa-f]{2})', '%25'), '+', '%2B'))" -%}
    case when {{ decoded }} not like '%{{ '\ufffd' }}%' then {{ decoded }} end
{%- endmacro %}
