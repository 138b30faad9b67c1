{# An id of Salesforce in the form that all its tables use: 18 characters. The last three say which of the first fifteen are capitals,
   so that ids which differ only in case differ in these, too. An id of fifteen characters gets them; any other text stays. #}
{% macro salesforce_id(id) -%}
    {%- set capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    case
            when length({{ id }}) = 15 then {{ id }}
            {%- for block in range(3) %}
                || substr('{{ capitals }}012345', 1
                {%- for place in range(5) %} + case when strpos('{{ capitals }}', substr({{ id }}, {{ 5 * block + place + 1 }}, 1)) > 0 then {{ 2 ** place }} else 0 end {%- endfor %}, 1)
            {%- endfor %}
            else {{ id }}
        end
{%- endmacro %}
