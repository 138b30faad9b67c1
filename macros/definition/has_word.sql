{# Whether a value is one of the words of a list that are separated by blanks. A blank within the value is written _ in the list. #}
{% macro has_word(words, value) -%}
    {{ dbt.position(
        "' ' || replace(lower(" ~ value ~ "), ' ', '_') || ' '",
        "' ' || lower(" ~ words ~ ") || ' '"
    ) }} > 0
{%- endmacro %}
