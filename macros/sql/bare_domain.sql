{# The domain of a web address or domain as people write them: without scheme, www., path, parameters, port and blanks, in lower case. #}
{% macro bare_domain(column) -%}
    {%- set bare = namespace(text="replace(replace(lower(trim(" ~ column ~ ")), 'https://', ''), 'http://', '')") -%}
    {%- for sign in ['/', '?', '#', ':'] -%} {%- set bare.text = "split_part(" ~ bare.text ~ ", '" ~ sign ~ "', 1)" -%} {%- endfor -%}
    nullif(
            case
                when {{ bare.text }} like 'www.%' then substr({{ bare.text }}, 5)
                else {{ bare.text }}
            end, ''
        )
{%- endmacro %}
