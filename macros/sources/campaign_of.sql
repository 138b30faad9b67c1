{# The name of a campaign as it is compared: in lower case, without blanks around it; null if it is empty. #}
{% macro campaign_of(name) -%}
    nullif({{ trimmed('lower(' ~ name ~ ')') }}, '')
{%- endmacro %}
