{# An expression: the code of a reason that people chose or typed. unmapped where the seed reason_labels lacks the label, null where there
   is none. labels: the name under which reason_labels is left-joined. #}
{% macro reason_of(label, labels) -%}
    case when {{ label }} is not null then coalesce({{ labels }}.reason, 'unmapped') end
{%- endmacro %}
