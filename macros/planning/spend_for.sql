{# A week's spend that so many leads of a channel take: the more leads, the dearer where returns diminish. #}
{% macro spend_for(leads) -%}
    {{ as_amount(
            'channels.lead_cost_amount * wanted.today_leads * power('
            ~ leads ~ ' / wanted.today_leads, 1 / channels.returns_power)'
        ) }}
{%- endmacro %}
