{# An expected number for people: `about 16`, or `fewer than 1` where not even one was expected. #}
{% macro expected_text(number) -%}
    case
        when {{ number }} < 1 then 'fewer than 1' else 'about ' || {{ with_thousands(number) }}
    end
{%- endmacro %}
