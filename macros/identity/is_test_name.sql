{# Whether a mailbox is called test, alone or before a sign or a number; Testa Rossi is a person. #}
{% macro is_test_name(local_part) -%}
    {{ local_part }} = 'test'
        or {{ local_part }} like 'test.%'
        or {{ local_part }} like 'test+%'
        or {{ local_part }} like 'test-%'
        or {{ local_part }} like 'test^_%' escape '^'
        or ({{ local_part }} like 'test%' and substr({{ local_part }}, 5, 1) between '0' and '9')
{%- endmacro %}
