{# The first moment of the month after a date's month. #}
{% macro next_month(day) -%} {{ period_start('month', 'cast(' ~ day ~ ' as timestamp)') }} + interval '1 month' {%- endmacro %}
