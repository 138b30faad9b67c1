{# Fails on every row for which the expression is false; fault says in words what is wrong then. An
   expression that cannot tell, because a value is empty, passes. #}
{% test each_row_holds(model, columns, expression, fault) %}
    select
        {{ columns | join(', ') }},
        {{ dbt.string_literal(fault) }} as fault
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
