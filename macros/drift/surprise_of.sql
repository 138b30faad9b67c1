{# How surprising it is to see so many where so many were expected, in standard deviations: the normal deviate of the Poisson
   probability of that many or more (Peizer and Pratt), exact to two digits also where next to nothing is expected. #}
{% macro surprise_of(seen, expected) -%}
    {%- set half = 'greatest(' ~ seen ~ ' - 0.5, 0.000001)' -%}
    {%- set gap = seen ~ ' - 1.0 / 3 - ' ~ expected ~ ' + 0.02 / (' ~ seen ~ ')' -%}
    case
                when {{ seen }} <= 0 then -3.0
                when abs({{ seen }} - 0.5 - {{ expected }}) <= 0.05 * sqrt({{ expected }})
                    then ({{ gap }}) / sqrt({{ expected }})
                else
                    ({{ gap }}) / abs({{ seen }} - 0.5 - {{ expected }})
                    * sqrt(2 * greatest(
                        {{ half }} * ln({{ half }} / ({{ expected }})) + {{ expected }} - {{ half }},
                        0
                    ))
            end
{%- endmacro %}
