{# Gives each history table that has the name of an earlier version its name of today, before the first step of a build, so that its
   rows stay. The earlier names stand in the model's meta (earlier_names). Where both tables exist, nothing is moved. #}
{% macro move_renamed_history() -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' -%}
        {%- for name in node.config.meta.get('earlier_names', []) -%}
            {%- set earlier = adapter.get_relation(node.database, node.schema, name) -%}
            {%- if earlier and not adapter.get_relation(node.database, node.schema, node.alias) -%}
                {%- do adapter.rename_relation(earlier, earlier.incorporate(path={'identifier': node.alias})) -%}
                {%- do commit_work() -%}
                {%- do log(name ~ ' is ' ~ node.alias ~ ' now, with all its rows.', info=true) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
