{# Fails on every value below or above the bounds, of which one may be left out. Empty values
   pass. #}
{% test is_between(model, column_name, at_least=none, at_most=none) %}
    select {{ column_name }}
    from {{ model }}
    where
        {% if at_least is not none %}{{ column_name }} < {{ at_least }}{% else %}false{% endif %}
        or {% if at_most is not none %}{{ column_name }} > {{ at_most }}{% else %}false{% endif %}

{% endtest %}
