{# The words for time zones that times in text may end with, by their minutes ahead of UTC. Words with more than one meaning are left
   out (IST), except for those of North America and Britain. #}
{% macro zone_offsets() -%}
    {{ return({
        0: ['Z', 'UTC', 'GMT', 'WET'],
        60: ['BST', 'CET', 'MEZ', 'WEST'],
        120: ['CEST', 'MESZ', 'EET', 'SAST'],
        180: ['EEST', 'MSK'],
        480: ['AWST', 'SGT'],
        540: ['JST', 'KST'],
        600: ['AEST'],
        660: ['AEDT'],
        720: ['NZST'],
        780: ['NZDT'],
        -180: ['ADT', 'BRT'],
        -240: ['AST', 'EDT'],
        -300: ['EST', 'CDT'],
        -360: ['CST', 'MDT'],
        -420: ['MST', 'PDT'],
        -480: ['PST', 'AKDT'],
        -540: ['AKST'],
        -600: ['HST'],
    }) }}
{%- endmacro %}
