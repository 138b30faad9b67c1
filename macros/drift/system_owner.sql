{# The team that looks after a system (var system_owners), where no stage says whose a cause is. #}
{% macro system_owner(column) -%}
    case {{ column }}
            {%- for system, team in var('system_owners').items() %}
            when {{ text_literal(system, 'A name in the var system_owners') }}
                then {{ text_literal(team, 'A team in the var system_owners') }}
            {%- endfor %}
            else 'marketing'
        end
{%- endmacro %}
