{# Whose mailbox the part before the @ is: without a tag behind a plus and, at Gmail, without dots, as the vars say. #}
{% macro mailbox(local_part, domain) -%}
    {%- set untagged -%}
        {%- if choice_var('plus_addressing', ['strip', 'keep']) == 'keep' -%} {{ local_part }}
        {%- else -%}
            case when {{ local_part }} like '_%+%' then split_part({{ local_part }}, '+', 1) else {{ local_part }} end
        {%- endif -%}
    {%- endset -%}
    {%- if choice_var('gmail_dots', ['keep', 'strip']) == 'keep' -%} {{ untagged }}
    {%- else -%}
        case
            when {{ domain }} in ('gmail.com', 'googlemail.com') then replace({{ untagged }}, '.', '')
            else {{ untagged }}
        end
    {%- endif -%}
{%- endmacro %}
