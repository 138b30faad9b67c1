{# How many standard deviations above the mean a normal variable lies with a probability below one half; correct to three digits
   (Abramowitz and Stegun, 26.2.23). #}
{% macro normal_quantile(probability) -%}
    {%- set root = 'sqrt(-2 * ln(' ~ as_double(probability) ~ '))' -%}
    {{ root }} - (2.515517 + 0.802853 * {{ root }} + 0.010328 * power({{ root }}, 2))
        / (1 + 1.432788 * {{ root }} + 0.189269 * power({{ root }}, 2) + 0.001308 * power({{ root }}, 3))
{%- endmacro %}
