{# An aggregate over samples: how far two estimates stray together, the same in whatever order the samples come, and exactly nothing
   where they don't stray. #}
{% macro exact_covariance(value, other, digits=6) -%}
    {%- set type = 'decimal(19, ' ~ digits ~ ')' -%}
    {%- set one = 'cast(case when sample_number > 0 then ' ~ value ~ ' end as ' ~ type ~ ')' -%}
    {%- set two = 'cast(case when sample_number > 0 then ' ~ other ~ ' end as ' ~ type ~ ')' -%}
    {{ as_double('(count(' ~ one ~ ') * sum(' ~ one ~ ' * ' ~ two ~ ')'
        ~ ' - cast(sum(' ~ one ~ ') as ' ~ type ~ ') * cast(sum(' ~ two ~ ') as ' ~ type ~ '))') }}
    / power(nullif(count({{ one }}), 0), 2)
{%- endmacro %}
