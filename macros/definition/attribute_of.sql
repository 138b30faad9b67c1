{# The value, as text, that a table of persons or profiles has for the attribute that a rule names; null where unknown. #}
{% macro attribute_of(table, attribute) -%}
    case {{ attribute }}
            {%- for name, kind in definition_attributes().items() %}
            when '{{ name }}' then
                {%- if kind == 'text' %} {{ table }}.{{ name }}
                {%- elif kind == 'number' %} cast({{ table }}.{{ name }} as {{ dbt.type_string() }})
                {%- else %} case {{ table }}.{{ name }} when true then 'true' when false then 'false' end
                {%- endif %}
            {%- endfor %}
        end
{%- endmacro %}
