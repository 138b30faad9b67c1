{# A query: the eight Gauss-Legendre points between 0 and 1 with their weights, one row each. Shapley's share of a factor in the change
   of a product is the integral, over the way from the old to the new factors, of what the factor's next step is worth (Owen 1972):
   the weighted sum over these points. Exact for products of up to 16 factors. #}
{% macro shapley_points() -%}
    {%- set points = [
        (0.0198550717512319, 0.0506142681451885), (0.1016667612931866, 0.1111905172266872),
        (0.2372337950418355, 0.1568533229389434), (0.4082826787521751, 0.1813418916891808),
        (0.5917173212478248, 0.1813418916891808), (0.7627662049581645, 0.1568533229389434),
        (0.8983332387068134, 0.1111905172266872), (0.9801449282487681, 0.0506142681451885),
    ] -%}
    {%- for point, weight in points %}
    select
        {{ as_double(point) }} as point,
        {{ as_double(weight) }} as weight
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
