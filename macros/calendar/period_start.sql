{# The first moment of the day, week, month, quarter or fiscal year in which a moment lies, by the business's calendar. A day, a month or
   a calendar quarter of a date may be a date. The only place that cuts time into periods. #}
{% macro period_start(period_kind, moment) -%}
    {%- if period_kind == 'week' and week_start_number() > 0 -%}
        {{ add_days(cut_time('week', add_days(moment, -week_start_number())), week_start_number()) }}
    {%- elif period_kind == 'quarter' and fiscal_shift_months() % 3 > 0 -%}
        {%- set months = fiscal_shift_months() % 3 -%}
        {{ add_months(cut_time('quarter', add_months('cast(' ~ moment ~ ' as timestamp)', -months)), months) }}
    {%- elif period_kind == 'year' and fiscal_shift_months() > 0 -%}
        {%- set months = fiscal_shift_months() -%}
        {{ add_months(cut_time('year', add_months('cast(' ~ moment ~ ' as timestamp)', -months)), months) }}
    {%- elif period_kind in ('day', 'week', 'month', 'quarter', 'year') -%}
        {{ cut_time(period_kind, moment) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error("The macro period_start knows no period '" ~ period_kind ~ "'.") }}
    {%- endif -%}
{%- endmacro %}
