{# Text without the blanks around it, among them the no-break space and the other blanks of Unicode. #}
{% macro trimmed(text) -%} {{ return(adapter.dispatch('trimmed', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__trimmed(text) -%} trim({{ text }}) {%- endmacro %}

{#- PostgreSQL's trim takes the plain space only. -#}
{% macro postgres__trimmed(text) -%}
    btrim({{ text }}, U&' \00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\202F\205F\3000')
{%- endmacro %}
