{# How surprising it is to see so many where so many were expected, in standard deviations: the normal deviate of the probability of
   that many or more (Peizer and Pratt), right to one digit after the point also where next to nothing is expected. Days differ as
   a gamma law does: `size` is its shape, the expected count squared over the variance that chance does not explain. #}
{% macro surprise_of(seen, expected, size) -%}
    {%- set trials = '(' ~ seen ~ ' + ' ~ size ~ ' - 1)' -%}
    {%- set whole = '(' ~ size ~ ' + ' ~ expected ~ ')' -%}
    {%- set gap -%}
        (({{ size }} * ({{ seen }} - 1.0 / 3 - {{ expected }}) + {{ expected }} / 3 + 0.02 * {{ size }} / {{ seen }}) / {{ whole }})
    {%- endset -%}
    {%- set middle -%}
        abs(({{ size }} * ({{ seen }} - 0.5 - {{ expected }}) + 0.5 * {{ expected }}) / {{ whole }})
    {%- endset -%}
    {%- set spread = 'sqrt(' ~ trials ~ ' * ' ~ expected ~ ' * ' ~ size ~ ') / ' ~ whole -%}
    case
                when {{ seen }} <= 0.5 then -3.0
                when {{ middle }} <= 0.05 * {{ spread }}
                    then {{ gap }} / ({{ spread }})
                else
                    {{ gap }} / {{ middle }} * sqrt(greatest(
                        ({{ seen }} - 0.5)
                        * ln(({{ seen }} - 0.5) * {{ whole }} / ({{ trials }} * {{ expected }}))
                        + ({{ size }} - 0.5)
                        * ln(({{ size }} - 0.5) * {{ whole }} / ({{ trials }} * {{ size }})),
                        0
                    ) * 2 / (1 + 1 / (6 * {{ trials }})))
            end
{%- endmacro %}
