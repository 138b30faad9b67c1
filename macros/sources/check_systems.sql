{# Stops a run whose var systems names an entity that does not exist: it would be left out in silence. Called before any model runs. #}
{% macro check_systems() -%}
    {%- for system, names in var('systems').items() if execute -%}
        {%- for name in names if name not in entities() -%}
            {{ exceptions.raise_compiler_error(
                'The var systems lists ' ~ name ~ ' of ' ~ system ~ ', and there is no such entity. The entities are '
                ~ entities() | join(', ') ~ '.'
            ) }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
