{# Whether a version is named by the var reevaluated_versions: the versions that evaluate all of history once more. #}
{% macro is_reevaluated(version) -%}
    {%- set wanted = var('reevaluated_versions') -%}
    {%- if wanted == 'all' -%} true
    {%- elif wanted is string or wanted is not sequence -%}
        {{ exceptions.raise_compiler_error("The var reevaluated_versions is '" ~ wanted ~ "': it must be all, or a list of versions such as [2, 3].") }}
    {%- else -%}
        {%- for each in wanted if not modules.re.match('^[0-9]{1,9}$', each | string) -%}
            {{ exceptions.raise_compiler_error("The var reevaluated_versions has '" ~ each ~ "': each version must be a whole number.") }}
        {%- endfor -%}
        {{ version }} in ({{ (wanted or ['null']) | join(', ') }})
    {%- endif -%}
{%- endmacro %}
