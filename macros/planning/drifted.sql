{# By how much a rate has moved by a week to come; after half a year a trend is taken to stand still. In the sample of its
   step it lies a standard deviation higher; where rates most likely hold, by less, for then most of the variance is of moves that
   are too far out for an interval to hold and too unlikely for it to try. #}
{% macro drifted(week_number) -%}
    {%- set ahead = '(least(' ~ week_number ~ ', 26) / 52.0)' -%}
    {%- set years = '(' ~ ahead ~ ' - rates.mean_years)' -%}
    exp(
                rates.yearly_drift * {{ years }} + rates.level_shift
                + case
                    when rates.is_moved
                        then sqrt(sqrt(rates.moving_rate) * greatest(
                            rates.shift_variance + 2 * rates.covariance * {{ years }}
                            + rates.drift_variance * power({{ years }}, 2)
                            + rates.yearly_variance * {{ ahead }}, 0
                        ))
                    else 0
                end
            )
{%- endmacro %}
