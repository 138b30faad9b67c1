select
    'kpi_tree' as model_name,
    driver as detail,
    driver_value as rate
from {{ ref('kpi_tree') }}
where driver not in ('volume', 'opportunity_value') and (driver_value < 0 or driver_value > 1)
{% for model, rate in [
    ('kpi_sales', 'win_rate'),
    ('kpi_mrr', 'period_gross_retention_rate'),
    ('kpi_mrr', 'period_logo_churn_rate'),
    ('kpi_retention', 'cohort_gross_retention_rate'),
    ('kpi_retention', 'cohort_logo_churn_rate'),
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
