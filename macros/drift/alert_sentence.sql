{# The sentence of an alert: a template of the seed drift_monitors with its placeholders filled in.
   template: the column of the template.
   texts: what to put for {name}, by name.
   counts: what to put for {name}, by name, with separators of thousands; and {name:one|many} becomes `one` where the number is 1,
   else `many`. A text or number that is null leaves nothing. #}
{% macro alert_sentence(template, texts, counts) -%}
    {%- set filled = namespace(sql=template) -%}
    {%- for name, number in counts.items() -%}
        {%- set filled.sql = one_or_many(filled.sql, name, number) -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ with_thousands(number) ~ ", ''))" -%}
    {%- endfor -%}
    {%- for name, text in texts.items() -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ text ~ ", ''))" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}

{# A text in which {name:one|many} became `one` where a number is 1, else `many`. Engines differ in regular expressions. #}
{% macro one_or_many(text, name, number) -%} {{ return(adapter.dispatch('one_or_many', 'revenue_funnel')(text, name, number)) }} {%- endmacro %}

{% macro default__one_or_many(text, name, number) -%}
    regexp_replace({{ text }}, '[{]{{ name }}:([^|}]*)[|]([^}]*)[}]', case when round({{ number }}) = 1 then '\1' else '\2' end, 'g')
{%- endmacro %}

{% macro spark__one_or_many(text, name, number) -%}
    regexp_replace({{ text }}, '[{]{{ name }}:([^|}]*)[|]([^}]*)[}]', case when round({{ number }}) = 1 then '$1' else '$2' end)
{%- endmacro %}
