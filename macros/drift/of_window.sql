{# The value of a column that stands once a window (seen_1, seen_3 ...), of the window that window_days names; the sum over all days
   (0) is told by the longest window. #}
{% macro of_window(column) -%}
    case window_days
            {%- for days in drift_windows() %}
            when {{ days }} then {{ column }}_{{ days }}
            {%- endfor %}
            else {{ column }}_{{ drift_windows() | last }}
        end
{%- endmacro %}
