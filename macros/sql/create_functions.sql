{# Makes what an engine lacks and SQL cannot say in an expression, before the first step of a run: nothing on DuckDB. #}
{% macro create_functions() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed', 'test') -%}
        {{ return(adapter.dispatch('create_functions', 'revenue_funnel')()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__create_functions() -%} {%- endmacro %}

{#- PostgreSQL 15 has no cast that gives null where it fails, and does not decode web addresses. -#}
{% macro postgres__create_functions() -%}
    {%- set sorts = run_query("select 'a' > 'B' and lower('\u00c4') = '\u00e4' as is_right").columns[0].values()[0] -%}
    {%- if not sorts -%}
        {{ exceptions.raise_compiler_error("The database " ~ target.dbname ~ " sorts text by a language: make it with `create database " ~ target.dbname ~ " template template0 encoding 'UTF8' locale 'C.UTF-8'`, so that text has one order on every engine.") }}
    {%- endif -%}
    {%- call statement('create_functions') -%}
    create schema if not exists {{ target.schema }};

    create or replace function {{ target.schema }}.number_or_null(value text) returns numeric
    language plpgsql immutable strict parallel safe as $$
    begin
        if value ~ '^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,2})? *$' then
            return cast(value as numeric);
        end if;
        return null;
    end $$;

    create or replace function {{ target.schema }}.timestamp_or_null(value text) returns timestamp
    language plpgsql immutable strict as $$
    begin
        -- PostgreSQL reads a second 60, and rounds what DuckDB cuts after the sixth digit.
        if value like '%:60' or value like '%:60.%' then
            return null;
        end if;
        return cast(regexp_replace(value, '([.][0-9]{6})[0-9]+$', '\1') as timestamp);
    exception when others then
        return null;
    end $$;

    create or replace function {{ target.schema }}.json_or_null(value text) returns json
    language plpgsql immutable strict as $$
    begin
        return cast(value as json);
    exception when others then
        return null;
    end $$;

    create or replace function {{ target.schema }}.url_decoded(value text) returns text
    language plpgsql immutable strict as $$
    begin
        if position('%' in value) = 0 then
            return value;
        end if;
        return (
            select convert_from(string_agg(
                case
                    when found.part[1] ~ '^%[0-9A-Fa-f]{2}$' then decode(substr(found.part[1], 2), 'hex')
                    else convert_to(found.part[1], 'UTF8')
                end, cast('' as bytea) order by found.position
            ), 'UTF8')
            from regexp_matches(value, '%[0-9A-Fa-f]{2}|.', 'g') with ordinality as found (part, position)
        );
    exception when others then
        return null;
    end $$;
    {%- endcall -%}
    {%- do commit_work() -%}
{%- endmacro %}
