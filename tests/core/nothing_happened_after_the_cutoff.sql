{%- set moments = [
    ['fct_lifecycle', 'entered_at'],
    ['fct_mrr_movements', 'movement_month'],
    ['fct_payments', 'paid_at'],
    ['dim_persons', 'created_at'],
    ['dim_opportunities', 'created_at'],
    ['dim_opportunities', 'closed_at'],
    ['int_touches_resolved', 'occurred_at'],
    ['int_exits_unioned', 'exited_at'],
] %}

{% for model, column in moments %}
select
    '{{ model }}' as model_name,
    '{{ column }}' as column_name,
    count(*) as row_count
from {{ ref(model) }}
where {{ column }} >= {{ cutoff() }}
having count(*) > 0
{{ 'union all' if not loop.last }}
{% endfor %}
