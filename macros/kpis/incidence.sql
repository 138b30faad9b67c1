{# Two CTEs, `at_risk` and `incidence`, over the CTE `counts` (keys, time, converted_count, out_count, open_count): at each time
   the chance still to be waiting (Kaplan-Meier) and to have converted (Aalen-Johansen: who left another way can't convert any
   more, who still waits is followed as far as he is known). Ends at a time come before those who were last seen then. #}
{% macro incidence(keys, time) -%}
    {%- set keys = keys | join(', ') -%}
at_risk as (

    select
        *,
        converted_count + out_count as left_count,
        sum(converted_count + out_count + open_count) over (
            partition by {{ keys }} order by {{ time }} desc rows unbounded preceding
        ) as at_risk_count
    from counts

),

waiting as (

    select
        *,
        coalesce(exp(sum(
            case when at_risk_count > left_count then ln(1 - left_count * 1e0 / at_risk_count) end
        ) over (
            partition by {{ keys }} order by {{ time }} rows between unbounded preceding and 1 preceding
        )), 1e0) as waiting_before
    from at_risk

),

incidence as (

    select
        *,
        waiting_before * (at_risk_count - left_count) / at_risk_count as waiting_rate,
        sum(waiting_before * converted_count / at_risk_count) over (
            partition by {{ keys }} order by {{ time }} rows unbounded preceding
        ) as converted_rate
    from waiting

)
{%- endmacro %}
