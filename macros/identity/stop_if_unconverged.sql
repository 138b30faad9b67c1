{# Stops the build when connected_components() had too few rounds, and names how many are enough: it goes on with what is left.
   edges: a query of node and neighbour. components: a query of node and component. For a post-hook.
   The comparison stands in a case, lest an engine join everything with everything by it. #}
{% macro stop_if_unconverged(edges, components, what) -%}
    {%- set rounds = int_var('identity_rounds') | int -%}
    {%- set left_over -%}
        select distinct
            nodes.component as node,
            neighbours.component as neighbour
        from ({{ edges }}) as edges
        inner join ({{ components }}) as nodes on edges.node = nodes.node
        inner join ({{ components }}) as neighbours on edges.neighbour = neighbours.node
        where case when nodes.component != neighbours.component then 1 end = 1
    {%- endset -%}
    {%- if run_query(left_over ~ ' limit 1') | length -%}
        {%- set more = namespace(rounds=1) -%}
        {%- for tried in range(40) if run_query(still_apart(left_over, more.rounds)) | length -%}
            {%- set more.rounds = more.rounds + 1 -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            what ~ " hang together by chains too long for " ~ rounds ~ " rounds: set the var identity_rounds to "
            ~ (rounds + more.rounds) ~ "."
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro still_apart(edges, rounds) -%}
    with left_over as ({{ edges }}), {{ connected_components('left_over', rounds) }}
    select 1
    from left_over
    inner join components as nodes on left_over.node = nodes.node
    inner join components as neighbours on left_over.neighbour = neighbours.node
    where case when nodes.component != neighbours.component then 1 end = 1
    limit 1
{%- endmacro %}
