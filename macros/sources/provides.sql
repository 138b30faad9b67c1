{# Whether the var `systems` says that a staging model's system provides that entity; the model's name is stg_<system>__<entity>.
   Every system that is listed counts its rows. #}
{% macro provides(model_name) -%}
    {%- set system, entity = model_name.removeprefix('stg_').split('__') -%}
    {%- set systems = var('systems') -%}
    {{ return(system in systems and (entity == 'row_counts' or entity in systems[system])) }}
{%- endmacro %}
