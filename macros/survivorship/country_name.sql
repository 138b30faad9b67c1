{# How people wrote a country, in the form of the seed country_names: plain words, no leading "the". #}
{% macro country_name(text) -%}
    {%- set words = plain_words(text) -%}
    case when {{ words }} like 'the %' then substr({{ words }}, 5) else {{ words }} end
{%- endmacro %}
