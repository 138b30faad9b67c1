{# A typed text in small letters, without full stops, commas, brackets and apostrophes, with blanks for hyphens and underscores, "and" for &,
   and single blanks: two spellings of one name are equal in it. #}
{% macro plain_words(text) -%}
    {%- set plain = "replace(replace(replace(lower(translate(" ~ text ~ ", '.,()''’', '')), '-', ' '), '_', ' '), '&', 'and')" -%}
    trim(replace(replace({{ plain }}, '  ', ' '), '  ', ' '))
{%- endmacro %}
