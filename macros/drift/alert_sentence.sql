{# One sentence for people about a spell of alarms. #}
{% macro alert_sentence(spell) -%}
    {%- set text = dbt.type_string() -%}
    {{ spell }}.meaning || ' ('
        || {{ spell }}.system || case when {{ spell }}.stage != '' then ' ' || {{ spell }}.stage else '' end
        || coalesce(', rule ' || {{ spell }}.rule, '')
        || case
            when {{ spell }}.subject != '' and {{ spell }}.subject != coalesce({{ spell }}.rule, '')
                then ', ' || {{ spell }}.subject
            else ''
        end
        || '): ' || cast({{ spell }}.observed_count as {{ text }}) || ' where '
        || cast(cast(round({{ spell }}.expected_volume) as bigint) as {{ text }})
        || ' were to be expected since ' || cast({{ spell }}.first_seen_date as {{ text }}) || '.'
{%- endmacro %}
