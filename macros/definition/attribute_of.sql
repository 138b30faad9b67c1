{# The value, as text, of the attribute that a rule names, from a table of persons or profiles; null if it is not known. #}
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
