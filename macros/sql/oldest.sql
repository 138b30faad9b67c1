{# The order in which records are asked for an attribute: those that know it, oldest first; to be given to first_by. #}
{% macro oldest(attribute, order) -%} case when {{ attribute }} is not null then row({{ order }}) end {%- endmacro %}
