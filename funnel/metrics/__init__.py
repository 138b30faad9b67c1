"""The KPIs as metrics of the semantic layer.

`kpis` reads the seed kpi_list and the measures that KPIs are made of; `generate` writes from them
models/semantic/_kpi_metrics.yml, metrics for MetricFlow and whatever reads dbt's semantic layer;
`osi` writes the same as an Open Semantic Interchange file. Example: the row `win_rate` of the seed
(numerator new_won_count, denominator new_closed_count) becomes the ratio metric `win_rate` of the
metrics `new_won_count` and `new_closed_count`, each of them a sum over dim_opportunities.
"""
