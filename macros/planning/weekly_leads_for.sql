{# Leads a week at which revenue lies `deviations` standard deviations above (or, negative, below) the target: the root of
   (open + leads * lead - goal)^2 = deviations^2 * variance(leads). Null where no number of leads is enough.
   With is_chance, the luck of single wins counts too, not only how sure the estimates are. #}
{% macro weekly_leads_for(deviations, is_chance=false) -%}
    {%- set squared = '(' ~ deviations ~ ' * ' ~ deviations ~ ')' -%}
    {%- set chance = ' + ' if is_chance else ' + 0 * ' -%}
    {%- set square = '(lead_value * lead_value - ' ~ squared ~ ' * lead_variance)' -%}
    {%- set linear = '(-2 * lead_value * gap_value - ' ~ squared ~ ' * (2 * covariance' ~ chance ~ 'lead_chance))' -%}
    {%- set constant = '(gap_value * gap_value - ' ~ squared ~ ' * (open_variance' ~ chance ~ 'open_chance))' -%}
    case
            when {{ square }} > 0 and {{ linear }} * {{ linear }} >= 4 * {{ square }} * {{ constant }}
                then greatest((
                    -{{ linear }} {{ '+' if deviations > 0 else '-' }} sqrt({{ linear }} * {{ linear }} - 4 * {{ square }} * {{ constant }})
                ) / (2 * {{ square }}), 0)
        end
{%- endmacro %}
