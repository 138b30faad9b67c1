{# Text without the blanks around it, among them the no-break space and the other blanks of Unicode. #}
{% macro trimmed(text) -%} {{ return(adapter.dispatch('trimmed', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__trimmed(text) -%} trim({{ text }}) {%- endmacro %}

{#- PostgreSQL's trim takes the plain space only. -#}
{% macro postgres__trimmed(text) -%}
    btrim({{ text }}, U&' \00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\202F\205F\3000')
{%- endmacro %}

{#- So does Spark's. -#}
{% macro spark__trimmed(text) -%}
    trim(both '{{ ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' }}' from {{ text }})
{%- endmacro %}
