{# An aggregate over the samples that leave a part out: how far two estimates stray together, the same in whatever order the
   samples come, and exactly nothing where they don't stray. #}
{% macro exact_covariance(value, other, digits=6) -%}
    {%- set type = 'decimal(19, ' ~ digits ~ ')' -%}
    {%- set is_part = 'case when sample_number between 1 and ' ~ plan_samples() ~ ' then ' -%}
    {%- set one = 'cast(' ~ is_part ~ value ~ ' end as ' ~ type ~ ')' -%}
    {%- set two = 'cast(' ~ is_part ~ other ~ ' end as ' ~ type ~ ')' -%}
    {{ as_double('(count(' ~ one ~ ') * sum(' ~ one ~ ' * ' ~ two ~ ')'
        ~ ' - cast(sum(' ~ one ~ ') as ' ~ type ~ ') * cast(sum(' ~ two ~ ') as ' ~ type ~ '))') }}
    / power(nullif(count({{ one }}), 0), 2)
{%- endmacro %}
