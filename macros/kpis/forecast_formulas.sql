{# How forecast_totals works out each measure that does not simply arrive, from what has been (so_far_), what comes (expected_; before_
   the period starts), and what stands open now. A win takes as many closed deals and days as in the last year. #}
{% macro forecast_formulas() -%}
    {%- set opened = 'before_entered_opportunity - before_entered_customer * closed_a_win' -%}
    {%- set opening = 'expected_entered_opportunity - expected_entered_customer * closed_a_win' -%}
    {{ return({
        'total_amount': 'so_far_new_amount + expected_new_amount + so_far_renewal_amount'
            ~ ' + expected_renewal_amount + so_far_expansion_amount + expected_expansion_amount',
        'new_won_count': 'so_far_new_won_count + expected_entered_customer',
        'new_closed_count': 'so_far_new_closed_count + expected_entered_customer * closed_a_win',
        'new_won_days': 'so_far_new_won_days + expected_entered_customer * days_a_win',
        'new_worked_count': 'expected_entered_opportunity + case when has_begun then so_far_new_worked_count'
            ~ ' else greatest(now_new_open_count + ' ~ opened ~ ', 0) end',
        'opening_amount': 'case when has_begun then opening_new_open_amount'
            ~ ' else greatest(now_new_open_amount + (' ~ opened ~ ') * deal_amount, 0) end',
        'open_amount': 'now_open_amount - now_new_open_amount + greatest(now_new_open_amount'
            ~ ' + (' ~ opened ~ ' + ' ~ opening ~ ') * deal_amount, 0)',
        'mrr_closing_amount': 'last_whole_mrr_closing_amount * power(last_year_mrr_closing_amount'
            ~ ' / nullif(last_year_mrr_opening_amount, 0), period_number)',
    }) }}
{%- endmacro %}
