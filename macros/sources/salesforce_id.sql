{# An id of Salesforce in the form that all its tables use: 18 characters. The last three say which of the first fifteen are capitals,
   so that ids which differ only in case differ in these, too. An id of fifteen characters gets them; any other text stays.
   Each block of five characters gives one: the place of its pattern of capitals (1) and others (0) among the 32 patterns. #}
{% macro salesforce_id(id) -%}
    {%- set capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    {%- set others = capitals | lower ~ '0123456789' -%}
    {%- set patterns = [] -%}
    {%- for number in range(32) -%}
        {%- set pattern = [] -%}
        {%- for place in range(5) %}{% do pattern.append((number // 2 ** place) % 2) %}{% endfor -%}
        {%- do patterns.append(pattern | join) -%}
    {%- endfor -%}
    {%- set pattern_of_id = "translate(" ~ id ~ ", '" ~ capitals ~ others ~ "', '" ~ '1' * 26 ~ '0' * 36 ~ "')" -%}
    case
            when length({{ id }}) = 15 then {{ id }}
            {%- for block in range(3) %}
                || substr('{{ capitals }}012345', cast(floor((position(substr({{ pattern_of_id }}, {{ 5 * block + 1 }}, 5) in '{{ patterns | join(' ') }}') + 5) / 6) as integer), 1)
            {%- endfor %}
            else {{ id }}
        end
{%- endmacro %}
