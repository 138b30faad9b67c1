{# Two texts of one length: characters that look like others, and what they stand for. Full-width letters and signs, Cyrillic and Greek
   letters, typographic brackets, every blank and every separator of addresses. Where the second ends, characters are dropped: quotes,
   and what can't be seen. Codes stand for what no editor shows. #}
{% macro look_alikes() -%}
    {%- set pairs = {
        'АВЕІЈКМНОРСТУХЅԁ': 'abeijkmhopctyxsd',
        'авеіјкмнорстухѕһԛԝ': 'abeijkmhopctyxshqw',
        'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ': 'abezhikmnoptyx',
        'αειικνορτυχ': 'aeiikvoptux',
        '‹›〈〉《》⟨⟩«»': '<><><><><>',
        ';|/、；｜': ',,,,,,',
    } -%}
    {%- set blanks = [9, 10, 11, 12, 13, 160, 5760, 8239, 8287, 12288] + range(8192, 8203) | list -%}
    {%- set dropped = [34, 96, 180, 173, 847, 1564] + range(8203, 8208) | list + range(8216, 8224) | list
        + range(8234, 8239) | list + range(8288, 8298) | list + [65279] -%}
    {%- set wide = range(65281, 65375) | list -%}
    {%- set from = pairs | list -%}
    {%- set to = pairs.values() | list -%}
    {%- for code in blanks -%} {%- do from.append('%c' | format(code)) -%} {%- do to.append(' ') -%} {%- endfor -%}
    {%- for code in wide if code - 65248 not in [34, 39, 47, 59, 92, 96, 124] -%}
        {%- do from.append('%c' | format(code)) -%} {%- do to.append('%c' | format(code - 65248)) -%}
    {%- endfor -%}
    {%- for code in dropped -%} {%- do from.append('%c' | format(code)) -%} {%- endfor -%}
    {{ return([from | join, to | join]) }}
{%- endmacro %}
