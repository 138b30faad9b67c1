{# One sentence for people about closed weeks that a build told otherwise. #}
{% macro restatement_sentence(week) -%}
    {%- set text = dbt.type_string() -%}
    {{ week }}.meaning || ' (' || {{ week }}.stage || ', week from ' || cast({{ week }}.week as {{ text }})
        || case
            when {{ week }}.week_count > 1
                then ', and ' || cast({{ week }}.week_count - 1 as {{ text }}) || ' more'
            else ''
        end
        || '): ' || cast({{ week }}.told_now as {{ text }}) || ' where '
        || cast({{ week }}.told_first as {{ text }}) || ' were told first.'
{%- endmacro %}
