{# The domain of a web address or domain as people write them: without scheme, www., path, port and blanks, in lower case. #}
{% macro bare_domain(column) -%}
    nullif(
            split_part(
                split_part(
                    replace(replace(replace(lower(trim({{ column }})), 'https://', ''), 'http://', ''), 'www.', ''), '/', 1
                ), ':', 1
            ), ''
        )
{%- endmacro %}
