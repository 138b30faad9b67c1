{# The value of one parameter of a web address, decoded; null when the address does not have it. What stands after # is no parameter,
   and the name may be in capitals. #}
{% macro url_parameter(column, name) -%}
    {%- set query = "('&' || split_part(split_part(" ~ column ~ ", '#', 1), '?', 2))" -%}
    {%- set marker = '&' ~ name ~ '=' -%}
    {%- set start = "position('" ~ marker ~ "' in lower(" ~ query ~ ")) + " ~ marker | length -%}
    {%- set value = "replace(split_part(substr(" ~ query ~ ", " ~ start ~ "), '&', 1), '+', ' ')" -%}
    case
            when position('{{ marker }}' in lower({{ query }})) > 0
                then nullif({{ trimmed('coalesce(' ~ url_decoded(value) ~ ', ' ~ value ~ ')') }}, '')
        end
{%- endmacro %}
