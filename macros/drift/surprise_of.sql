{# How surprising it is to see so many where so many were expected, in standard deviations: the normal deviate of the Poisson
   probability of that many or more (Peizer and Pratt), exact to two digits also where next to nothing is expected. #}
{% macro surprise_of(seen, expected) -%}
    case
        when {{ seen }} <= 0 then -3.0
        when abs({{ seen }} - 0.5 - {{ expected }}) <= 0.05 * sqrt({{ expected }})
            then ({{ seen }} - 1.0 / 3 - {{ expected }} + 0.02 / {{ seen }}) / sqrt({{ expected }})
        else
            ({{ seen }} - 1.0 / 3 - {{ expected }} + 0.02 / {{ seen }})
            / abs({{ seen }} - 0.5 - {{ expected }})
            * sqrt(2 * greatest(
                greatest({{ seen }} - 0.5, 0.000001)
                * ln(greatest({{ seen }} - 0.5, 0.000001) / {{ expected }})
                + {{ expected }} - greatest({{ seen }} - 0.5, 0.000001), 0
            ))
    end
{%- endmacro %}
