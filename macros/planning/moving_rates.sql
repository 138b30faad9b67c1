{# The query of all waits beside how their step's rate moves, from the tables `waits` and `drifts`. #}
{% macro moving_rates() -%}
    {%- set moves = [
        'moving_rate', 'mean_years', 'yearly_drift', 'level_shift', 'drift_variance', 'shift_variance', 'covariance',
        'yearly_variance'
    ] -%}
    select
        waits.*,
        {%- for column in moves %}
        coalesce(drifts.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        waits.sample_number > {{ plan_samples() }}
        and waits.step = case waits.sample_number
            {%- for step in moving_steps() %}
            when {{ plan_samples() | int + loop.index }} then '{{ step }}'
            {%- endfor %}
        end as is_moved
    from waits
    left join drifts on {{ same('waits', 'drifts', ['funnel', 'step']) }}
{%- endmacro %}
