{# What people typed as an address, or several, in lower-case ASCII with one kind of blank and a comma between addresses. #}
{% macro plain_letters(column) -%}
    {%- set letters = look_alikes() -%}
    case
            when {{ is_plain_address(column) }} then lower({{ column }})
            else lower(translate({{ column }}, '{{ letters[0] }}', '{{ letters[1] }}'))
        end
{%- endmacro %}
