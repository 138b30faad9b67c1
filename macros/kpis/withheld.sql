{# An expression: a value that people type into a field. 'withheld' where fewer rows than the var least_published_records bear it. #}
{% macro withheld(value) -%}
    case
            when {{ value }} is not null and count(*) over (partition by {{ value }}) < {{ int_var('least_published_records') }}
                then 'withheld'
            else {{ value }}
        end
{%- endmacro %}
