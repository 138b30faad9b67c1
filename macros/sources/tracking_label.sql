{# What the parameters that marketing or an ad network adds to a link say about the channel, as a label of the seed channel_labels:
   'medium / source', 'medium', or the name of the click id. The medium counts first, because the company wrote it itself.
   medium, source: utm_medium and utm_source. click_ids: {name of a click id: its value}, the most telling first. #}
{% macro tracking_label(medium, source, click_ids={}) -%}
    case
            when {{ medium }} is not null and {{ source }} is not null
                then {{ medium }} || ' / ' || {{ source }}
            when {{ medium }} is not null then {{ medium }}
            {%- for name, value in click_ids.items() %}
            when {{ value }} is not null then {{ text_literal(name, 'A click id') }}
            {%- endfor %}
        end
{%- endmacro %}

{# The tracking label in the parameters of a web address. #}
{% macro url_tracking_label(url) -%}
    {%- set click_ids = {} -%}
    {%- for name in var('click_ids') %}{% do click_ids.update({name: url_parameter(url, name)}) %}{% endfor -%}
    {{ tracking_label(url_parameter(url, 'utm_medium'), url_parameter(url, 'utm_source'), click_ids) }}
{%- endmacro %}
