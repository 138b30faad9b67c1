{# Stops the build when connected_components() had too few rounds, and names the smallest number that is enough for this graph.
   edges: a query of node and neighbour. components: a query of node and component. For a post-hook. #}
{% macro stop_if_unconverged(edges, components, what) -%}
    {%- set rounds = int_var('identity_rounds') | int -%}
    {%- if run_query(edges_between_components(edges, components)) | length -%}
        {%- set enough = namespace(rounds=rounds + 1) -%}
        {%- for attempt in range(60)
            if run_query(edges_between_components(edges, connected_components('edges', enough.rounds, edges))) | length -%}
            {%- set enough.rounds = enough.rounds + 1 -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            what ~ " are connected by chains too long for " ~ rounds ~ " rounds: set the var identity_rounds to "
            ~ enough.rounds ~ "."
        ) }}
    {%- endif -%}
{%- endmacro %}

{# A query: one row if any edge connects two components. The comparison is inside a case so that no engine uses it as a join key. #}
{% macro edges_between_components(edges, components) %}
    with edges as ({{ edges }}),
    components as ({{ components }})
    select 1
    from edges
    inner join components as nodes on edges.node = nodes.node
    inner join components as neighbours on edges.neighbour = neighbours.node
    where case when nodes.component != neighbours.component then 1 end = 1
    limit 1
{%- endmacro %}
