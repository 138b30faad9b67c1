{# Stops the build when connected_components() had too few rounds, and names the first number that is enough for this very graph.
   edges: a query of node and neighbour. components: a query of node and component. For a post-hook. #}
{% macro stop_if_unconverged(edges, components, what) -%}
    {%- set rounds = int_var('identity_rounds') | int -%}
    {%- set graph = 'with edges as (' ~ edges ~ ')' -%}
    {%- if run_query(graph ~ ', components as (' ~ components ~ ')' ~ still_apart()) | length -%}
        {%- set more = namespace(rounds=rounds + 1) -%}
        {%- for tried in range(60)
            if run_query(graph ~ ', ' ~ connected_components('edges', more.rounds) ~ still_apart()) | length -%}
            {%- set more.rounds = more.rounds + 1 -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            what ~ " hang together by chains too long for " ~ rounds ~ " rounds: set the var identity_rounds to "
            ~ more.rounds ~ "."
        ) }}
    {%- endif -%}
{%- endmacro %}

{# The end of a query: a row if any of `edges` joins two of `components`. The comparison stands in a case, lest an engine join
   everything with everything by it. #}
{% macro still_apart() %}
    select 1
    from edges
    inner join components as nodes on edges.node = nodes.node
    inner join components as neighbours on edges.neighbour = neighbours.node
    where case when nodes.component != neighbours.component then 1 end = 1
    limit 1
{%- endmacro %}
