{# A query over the table `counts`, which has one row per `keys` and `time` with converted_count,
   out_count and open_count. Adds the number at risk, the share still waiting (Kaplan-Meier over all
   ways out) and the share converted by then (Aalen-Johansen: an exit rules conversion out, an open
   row is followed for as long as it was observed). Ends at a time come before rows last seen then.
   Sums run over decimals, so that they do not depend on the order in which an engine adds; still
   round the shares before you compare them with a number. #}
{% macro cumulative_incidence(counts, keys, time) -%}
    {%- set by_time = 'partition by ' ~ keys | join(', ') ~ ' order by ' ~ time -%}
    {%- set before = by_time ~ ' rows between unbounded preceding and 1 preceding' -%}
    {%- set until_then = by_time ~ ' rows unbounded preceding' -%}
    with

    risk_sets as (

        select
            *,
            converted_count + out_count as left_count,
            sum(converted_count + out_count + open_count) over (
                {{ by_time }} desc rows unbounded preceding
            ) as waiting_count
        from {{ counts }}

    ),

    log_changes as (

        -- After the last one has left, nobody is waiting and nothing can change.
        select
            *,
            case
                when waiting_count > left_count then ln(1 - left_count * 1e0 / waiting_count)
            end as log_change
        from risk_sets

    ),

    waiting_shares as (

        select
            *,
            coalesce(exp({{ exact_sum('log_change', 18, before) }}), 1e0) as waiting_before_rate
        from log_changes

    )

    select
        *,
        waiting_before_rate * (waiting_count - left_count) / waiting_count as waiting_rate,
        {{ exact_sum('waiting_before_rate * converted_count / waiting_count', 18, until_then) }}
            as converted_rate
    from waiting_shares
{%- endmacro %}
