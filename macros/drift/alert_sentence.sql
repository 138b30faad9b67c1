{# The sentence of an alert: a template of the seed drift_monitors with its placeholders filled in.
   template: the column of the template.
   texts: what to put for {name}, by name.
   counts: what to put for {name}, by name, with separators of thousands; and {name:one|many} becomes `one` where the number is 1,
   else `many`. A text or number that is null leaves nothing. #}
{% macro alert_sentence(template, texts, counts) -%}
    {%- set filled = namespace(sql=template) -%}
    {%- for name, number in counts.items() -%}
        {%- set pattern = "'[{]" ~ name ~ ":([^|}]*)[|]([^}]*)[}]'" -%}
        {%- set form = "case when round(" ~ number ~ ") = 1 then '\\1' else '\\2' end" -%}
        {%- set filled.sql = "regexp_replace(" ~ filled.sql ~ ", " ~ pattern ~ ", " ~ form ~ ", 'g')" -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ with_thousands(number) ~ ", ''))" -%}
    {%- endfor -%}
    {%- for name, text in texts.items() -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ text ~ ", ''))" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}
