{# The columns of a source table, by the name that the staging model uses; none if the table is optional and missing.
   Names match whatever their case and underscores (AccountId is account_id), or as in the var source_columns.
   Stops the build with one sentence if a required table or column is missing, or if two columns have a wanted name. #}
{% macro landed_columns(system, table, names, required, optional) -%}
    {%- set declared = instance_source(system, table) -%}
    {%- set relation = landed_relation(system, table) -%}
    {%- if relation is none -%}
        {%- if execute and not optional and flags.WHICH in ('build', 'run') -%}
            {{ exceptions.raise_compiler_error("The table " ~ table ~ " of " ~ system ~ " is missing: looked for " ~ declared ~ ". Load it, say where it is (vars source_schemas, source_tables), or take " ~ system ~ " out of the var systems.") }}
        {%- endif -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set by_name = {} -%}
    {%- set exact = {} -%}
    {%- set alike = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- set plain = column.name | lower | replace('_', '') -%}
        {%- do exact.update({column.name | lower: column}) -%}
        {%- do alike.update({plain: alike.get(plain, []) + [column.name]}) -%}
        {%- do by_name.update({plain: column}) -%}
    {%- endfor -%}
    {%- set renamed = renamed_columns(system, table) -%}
    {#- Two of Stripe's names are words of SQL; a model asks for them by another name. -#}
    {%- for reserved in ['start', 'end'] if reserved in by_name and reserved ~ 'at' not in by_name -%}
        {%- do by_name.update({reserved ~ 'at': by_name[reserved]}) -%}
    {%- endfor -%}
    {%- set found = {} -%}
    {%- for name in names -%}
        {%- set wanted = renamed.get(name, name) | lower | replace('_', '') -%}
        {%- if name in renamed and renamed[name] | lower in exact -%}
            {%- do found.update({name: exact[renamed[name] | lower]}) -%}
        {%- elif alike.get(wanted, []) | length > 1 -%}
            {{ exceptions.raise_compiler_error("The table " ~ table ~ " of " ~ system ~ " has the columns " ~ alike[wanted] | join(' and ') ~ ", which are one name to this project: say in the var source_columns which of them is " ~ name ~ ".") }}
        {%- elif wanted in by_name -%}
            {%- do found.update({name: by_name[wanted]}) -%}
        {%- elif name in required or name in renamed -%}
            {{ exceptions.raise_compiler_error("The table " ~ table ~ " of " ~ system ~ " has no column " ~ renamed.get(name, name) ~ ": it can't be read without it. Say its name in the var source_columns, or take " ~ system ~ " out of the var systems.") }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
