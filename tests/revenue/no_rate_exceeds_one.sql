select
    'kpi_tree_by_period' as model_name,
    driver as detail,
    driver_value as rate
from {{ ref('kpi_tree_by_period') }}
where driver not in ('volume', 'opportunity_value') and (driver_value < 0 or driver_value > 1)
{% for model, rate in [
    ('kpi_sales_by_period', 'win_rate'),
    ('kpi_mrr_by_period', 'period_gross_retention_rate'),
    ('kpi_mrr_by_period', 'period_logo_churn_rate'),
    ('kpi_retention', 'cohort_gross_retention_rate'),
    ('kpi_retention', 'cohort_logo_churn_rate'),
    ('kpi_unit_economics_by_slice', 'churn_rate'),
    ('kpi_attribution_by_model', 'credit_rate'),
] -%}
union all
select
    '{{ model }}' as model_name,
    '{{ rate }}' as detail,
    {{ rate }} as rate
from {{ ref(model) }}
where {{ rate }} < 0 or {{ rate }} > 1
{% endfor %}
