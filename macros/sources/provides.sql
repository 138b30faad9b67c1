{# Whether the var systems lists the entity of a staging model, for any system of its connector (its name is stg_<system>__<entity>).
   In a unit test the name is the test's: then the model is there. #}
{% macro provides(model_name) -%}
    {%- if '__' not in model_name -%} {{ return(true) }} {%- endif -%}
    {%- set system, entity = model_name.removeprefix('stg_').split('__') -%}
    {{ return(instances_of(system, entity) != []) }}
{%- endmacro %}
