{# An expression: a country. A code of two letters is published; what somebody typed and no seed maps only where enough rows bear it. #}
{% macro published_country(country) -%}
    case when length({{ country }}) = 2 then {{ country }} else {{ withheld(country) }} end
{%- endmacro %}
