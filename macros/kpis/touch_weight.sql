{# What a touch of deal_touches weighs beside the others of its deal, by the way of sharing. Decay is told from the last touch: the
   shares are the same, and the last one never weighs nothing. #}
{% macro touch_weight(attribution_model) -%}
    {%- if attribution_model == 'first_touch' -%}
    case when touch_number = 1 then 1 else 0 end
    {%- elif attribution_model == 'last_touch' -%}
    case when touch_number >= touch_count then 1 else 0 end
    {%- elif attribution_model == 'linear' -%}
    1
    {%- elif attribution_model == 'position_based' -%}
    case
            when touch_count <= 2 then 1
            when touch_number = 1 or touch_number = touch_count then 0.4
            else 0.2 / (touch_count - 2)
        end
    {%- elif attribution_model == 'time_decay' -%}
    power(0.5, coalesce(before_last_days, 0) / greatest({{ int_var('attribution_half_life_days') }}, 1))
    {%- endif -%}
{%- endmacro %}
