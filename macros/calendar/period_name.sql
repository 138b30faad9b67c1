{# What people call a period: Week of 22 June 2026, June 2026, Q2 2026, 2026; FY2027 Q1 and FY2027 where the fiscal year
   (var fiscal_year_start_month) is not the calendar year. A fiscal year is named for the calendar year in which it ends. #}
{% macro period_name(period_kind, period_start) -%}
    {%- set start = 'cast(' ~ period_start ~ ' as timestamp)' -%}
    {%- set shift = fiscal_shift_months() -%}
    {%- set in_year = add_months(start, -shift) if shift else start -%}
    case {{ period_kind }}
            when 'week' then 'Week of ' || {{ long_date(start) }}
            when 'month' then {{ month_name(start) }}
            when 'quarter'
                {%- if shift %}
                then 'FY' || (extract(year from {{ in_year }}) + 1) || ' Q' || extract(quarter from {{ in_year }})
                {%- else %}
                then 'Q' || extract(quarter from {{ in_year }}) || ' ' || extract(year from {{ in_year }})
                {%- endif %}
            when 'year'
                {%- if shift %}
                then 'FY' || (extract(year from {{ in_year }}) + 1)
                {%- else %}
                then cast(extract(year from {{ in_year }}) as {{ dbt.type_string() }})
                {%- endif %}
        end
{%- endmacro %}
