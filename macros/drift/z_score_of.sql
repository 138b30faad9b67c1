{# The z-score of a count: the normal deviate of the probability of seeing that many or more where so many are expected, by Peizer and
   Pratt's approximation (logarithm and square root only, the same on every engine; its constants are theirs), right to one decimal
   also where next to nothing is expected. Days differ by a gamma distribution with this shape (negative binomial counts). #}
{% macro z_score_of(observed, expected, shape) -%}
    {%- set trials = '(' ~ observed ~ ' + ' ~ shape ~ ' - 1)' -%}
    {%- set whole = '(' ~ shape ~ ' + ' ~ expected ~ ')' -%}
    {%- set gap -%}
        (({{ shape }} * ({{ observed }} - 1e0 / 3 - {{ expected }}) + {{ expected }} / 3 + 0.02 * {{ shape }} / {{ observed }}) / {{ whole }})
    {%- endset -%}
    {%- set middle -%}
        abs(({{ shape }} * ({{ observed }} - 0.5 - {{ expected }}) + 0.5 * {{ expected }}) / {{ whole }})
    {%- endset -%}
    {%- set spread = 'sqrt(' ~ trials ~ ' * ' ~ expected ~ ' * ' ~ shape ~ ') / ' ~ whole -%}
    case
                when {{ observed }} <= 0.5 then -3.0
                when {{ middle }} <= 0.05 * {{ spread }}
                    then {{ gap }} / ({{ spread }})
                else
                    {{ gap }} / {{ middle }} * sqrt(greatest(
                        ({{ observed }} - 0.5)
                        * ln(({{ observed }} - 0.5) * {{ whole }} / ({{ trials }} * {{ expected }}))
                        + ({{ shape }} - 0.5)
                        * ln(({{ shape }} - 0.5) * {{ whole }} / ({{ trials }} * {{ shape }})),
                        0
                    ) * 2 / (1 + 1 / (6 * {{ trials }})))
            end
{%- endmacro %}
