{# Text of a web address without its %xx; null where these are no UTF-8. #}
{% macro url_decoded(text) -%} {{ return(adapter.dispatch('url_decoded', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__url_decoded(text) -%} try(url_decode({{ text }})) {%- endmacro %}

{% macro postgres__url_decoded(text) -%} {{ target.schema }}.url_decoded({{ text }}) {%- endmacro %}
