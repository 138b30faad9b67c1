select
    'kpi_tree' as model_name,
    driver as detail,
    factor as rate
from {{ ref('kpi_tree') }}
where driver not in ('volume', 'opportunity_value') and (factor < 0 or factor > 1)
{% for model, rate in [
    ('kpi_sales', 'win_rate'),
    ('kpi_mrr', 'gross_retention_rate'),
    ('kpi_mrr', 'logo_churn_rate'),
    ('kpi_retention', 'gross_retention_rate'),
    ('kpi_retention', 'logo_churn_rate'),
    ('kpi_unit_economics', 'churn_rate'),
    ('kpi_attribution', 'credit_rate'),
] -%}
union all
select
    '{{ model }}' as model_name,
    '{{ rate }}' as detail,
    {{ rate }} as rate
from {{ ref(model) }}
where {{ rate }} < 0 or {{ rate }} > 1
{% endfor %}
