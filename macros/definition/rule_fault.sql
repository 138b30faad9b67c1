{# What is wrong with a rule, as the rest of a sentence; null where nothing is. Used by int_rules_checked alone. #}
{% macro rule_fault(names) -%}
    case
        when times > 1 or rule is null
            then ' stands ' || cast(times as {{ dbt.type_string() }}) || ' times: give each rule of a stage a name of its own.'
        when not has_version then ' belongs to no version: add the version to lead_definition_versions, or take the rule away.'
        when not has_stage then ' names a stage that lifecycle_stages does not have for persons: write one of its stages, such as lead, mql or sql.'
        when kind is null
            then ' asks for the attribute ' || coalesce(attribute, '(none)') || ', which does not exist: write one of {{ names | join(", ") }}.'
        when kind in ('evidence', 'score') and rule != attribute
            then ' asks for the ' || attribute || ' of its stage: name it ' || attribute || ', so that each stage has one.'
        when if_unknown is null or if_unknown not in ('passes', 'fails')
            then ' has ' || coalesce(if_unknown, 'nothing') || ' under if_unknown: write passes or fails.'
        when operator is null or operator not in ('is', 'is_not', 'is_one_of', 'is_none_of', 'at_least', 'at_most')
            then ' compares by ' || coalesce(operator, 'nothing') || ', which does not exist: write is, is_not, is_one_of, is_none_of, at_least or at_most.'
        when value is null then ' has no value: write what ' || attribute || ' is compared with.'
        {%- for kind, operators in {
            'flag': ['is', 'is_not'], 'text': ['is', 'is_not', 'is_one_of', 'is_none_of'],
            'number': ['at_least', 'at_most'], 'evidence': ['is', 'is_one_of'], 'score': ['at_least']
        }.items() %}
        when kind = '{{ kind }}' and operator not in ('{{ operators | join("', '") }}')
            then ' compares ' || attribute || ' by ' || operator || ': write {{ operators | join(" or ") }}.'
        {%- endfor %}
        when kind = 'flag' and value not in ('true', 'false') then ' has the value ' || value || ': write true or false.'
        when kind in ('number', 'score') and not {{ is_whole_number('value') }}
            then ' has the value ' || value || ', which ' || operator || ' can not be compared with: write a whole number.'
        when kind = 'score' and {{ is_whole_number('value') }} and cast(value as bigint) < 1
            then ' asks for no score at all: write a whole number from 1 on, or take the rule away.'
        when unknown_word is not null
            then ' names the evidence ' || unknown_word || ', which evidence_kinds does not have: write kinds of it, parted by one blank.'
        when operator in ('is', 'is_not') and value like '% %'
            then ' has several words under value: write is_one_of or is_none_of, or _ for a blank within a word.'
    end
{%- endmacro %}
