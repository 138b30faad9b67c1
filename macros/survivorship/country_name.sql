{# How people wrote a country, in the form of the seed country_names: small letters, no full stops, commas, brackets or apostrophes,
   blanks for hyphens, and for &, no leading "the". #}
{% macro country_name(text) -%}
    {%- set plain = "replace(replace(lower(translate(" ~ text ~ ", '.,()''’', '')), '-', ' '), '&', 'and')" -%}
    {%- set words = "trim(replace(replace(" ~ plain ~ ", '  ', ' '), '  ', ' '))" -%}
    case when {{ words }} like 'the %' then substr({{ words }}, 5) else {{ words }} end
{%- endmacro %}
