{# An aggregate over samples: the covariance of two estimates. It adds up
   - how they vary together when a part of the journeys is left out (samples 1 to 20, the jackknife), and
   - how they change together when the rate of one node is a standard deviation higher (samples 21 to 23).
   Sums of decimals are the same in any order of rows, and exactly zero where nothing varies. #}
{% macro sample_covariance(value, other, digits=6, sample='sample_number') -%}
    {%- set parts = plan_part_count() | int -%}
    {%- set type = 'decimal(19, ' ~ digits ~ ')' -%}
    {%- set is_part = 'case when ' ~ sample ~ ' between 1 and ' ~ parts ~ ' then ' -%}
    {%- set one = 'cast(' ~ is_part ~ value ~ ' end as ' ~ type ~ ')' -%}
    {%- set two = 'cast(' ~ is_part ~ other ~ ' end as ' ~ type ~ ')' -%}
    {{ parts - 1 }} * {{ as_double('(count(' ~ one ~ ') * sum(' ~ one ~ ' * ' ~ two ~ ')'
        ~ ' - cast(sum(' ~ one ~ ') as ' ~ type ~ ') * cast(sum(' ~ two ~ ') as ' ~ type ~ '))') }}
    / power(nullif(count({{ one }}), 0), 2)
        {%- for node in plan_shifted_nodes() %}
        {%- set shifted = parts + loop.index %}
        + coalesce((
            max(case when {{ sample }} = {{ shifted }} then {{ value }} end)
            - max(case when {{ sample }} = 0 then {{ value }} end)
        ) * (
            max(case when {{ sample }} = {{ shifted }} then {{ other }} end)
            - max(case when {{ sample }} = 0 then {{ other }} end)
        ), 0)
        {%- endfor %}
{%- endmacro %}
