-- Everything that the report reads: one query per part of the page, each with its name in a comment
-- above it. They read published marts, and seeds for what the teams wrote down in words.
-- A column that is renamed is changed here and nowhere else in the report. The variable as_of_date is
-- what the first query gives: months are counted back from it, also where nothing has happened.
-- What is shared comes first: a query that reads it by its name has it as its first CTE.

-- shared: closed_quarters
-- The last five quarters that are over.
select distinct period_start
from marts.kpi_reviews_by_period
where period_kind = 'quarter' and is_complete
order by period_start desc
limit 5

-- shared: open_quarter
-- The quarter that is not over.
select min(period_start) as period_start
from marts.kpi_reviews_by_period
where period_kind = 'quarter' and not is_complete

-- shared: created_amounts
-- The amount with which each opportunity of new business was created.
select opportunity_key, sum(created_amount) as created_amount
from marts.fct_pipeline_waterfall_by_period
where period_kind = 'month' and basis = 'all_open' and revenue_type = 'new'
group by opportunity_key

-- name: as_of
select max(day) as as_of_date
from (
    select cast(max(signal_date) as date) + 1 as day from marts.drift_signals
    union all
    select cast(min(plan_week) as date) + 7 - cast(min_by(plan_days, plan_week) as integer)
    from marts.plan_weeks
    union all
    select cast(max(entered_at) as date) + 1 from marts.fct_lifecycle
);

-- name: periods
-- The last week, month and quarter that are over, and the last twelve months: what the page can be
-- filtered by. The queries below read it under this name.
with ends as (
    select
        period_kind as period,
        max(period_start) as first_date
    from marts.kpi_reviews_by_period
    where is_complete and period_kind in ('week', 'month', 'quarter')
    group by period_kind
)
select
    period,
    first_date,
    cast(first_date + case period
        when 'week' then interval 7 day
        when 'month' then interval 1 month
        else interval 3 month
    end as date) as next_date
from ends
union all
select
    'year' as period,
    cast(date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month as date)
        as first_date,
    getvariable('as_of_date') as next_date;

-- name: teams
select team, team_name from seeds.teams;

-- name: funnels
select funnel, funnel_name from seeds.funnels;

-- name: stages
select
    stage, stage_name, stage_order, owner_team, time_limit_days, planning_node, entered_by, is_exit
from seeds.lifecycle_stages
order by stage_order;

-- name: channels
select channel, channel_name from seeds.channels;

-- name: kpis
select metric, metric_name, unit, owner_team, formula, formula_source, entities, is_lower_better
from seeds.kpi_list
order by metric_order;

-- name: review
select
    period_kind, period_start, period_name, funnel, metric, metric_name, unit, owner_team,
    metric_order, actual, target, target_source, compared_actual, attainment_ratio,
    gap_to_target_value, prior_actual, year_before_actual, forecast, forecast_low_80, forecast_high_80,
    forecast_reason, status, empty_reason, is_total, is_complete
from marts.kpi_reviews_by_period
order by period_kind, period_start, is_total desc, funnel, metric_order;

-- name: landing
select
    period_start, forecast, recorded, expected_open_amount, expected_lead_amount,
    expected_customer_amount
from marts.kpi_forecasts_by_period
where metric = 'bookings' and is_total and period_kind = 'quarter' and forecast is not null
order by period_start;

-- name: trailing_retention
with months as (select max(movement_month) as last_month from marts.fct_mrr_movements),
accounts as (
    select
        movements.account_key,
        sum(movements.opening_amount) filter (
            movements.movement_month = months.last_month - interval 11 month
        ) as opening_amount,
        sum(movements.closing_amount) filter (
            movements.movement_month = months.last_month
        ) as closing_amount
    from marts.fct_mrr_movements as movements
    cross join months
    group by movements.account_key
)
select
    (select last_month from months) as last_month,
    count(*) as customer_count,
    sum(opening_amount) as opening_amount,
    sum(coalesce(closing_amount, 0)) as closing_amount,
    sum(least(opening_amount, coalesce(closing_amount, 0))) as retained_amount,
    count(*) filter (coalesce(closing_amount, 0) = 0) as lost_count,
    max_by(opening_amount, abs(coalesce(closing_amount, 0) - opening_amount))
        as mover_opening_amount,
    max_by(coalesce(closing_amount, 0), abs(coalesce(closing_amount, 0) - opening_amount))
        as mover_closing_amount
from accounts
where opening_amount > 0;

-- name: largest_customers
-- How much of the recurring revenue of the last month the largest customers pay.
with ranked as (
    select
        closing_amount,
        row_number() over (order by closing_amount desc) as place
    from marts.fct_mrr_movements
    where
        movement_month = (select max(movement_month) from marts.fct_mrr_movements)
        and closing_amount > 0
)
select
    count(*) as customer_count,
    sum(closing_amount) as closing_amount,
    max(closing_amount) as largest_amount,
    sum(closing_amount) filter (place <= 10) as ten_amount
from ranked
having sum(closing_amount) > 0;

-- name: customers_by_size
-- Who pays most in the last month, since when, what they paid a year ago, and when the contract ends.
with months as (select max(movement_month) as last_month from marts.fct_mrr_movements),
now as (
    select
        movements.account_key, movements.closing_amount, movements.contract_month,
        months.last_month,
        -- The term that runs after the last month: one that ends in it has been renewed, or has left.
        cast(movements.contract_month + to_months(cast(
            getvariable('contract_months') * (
                date_diff('month', movements.contract_month, months.last_month)
                // getvariable('contract_months') + 1
            ) as integer
        )) as date) as ends_month,
        sum(movements.closing_amount) over () as whole_amount,
        row_number() over (
            order by movements.closing_amount desc, movements.account_key
        ) as place
    from marts.fct_mrr_movements as movements
    inner join months on movements.movement_month = months.last_month
    where movements.closing_amount > 0
),
year_before as (
    select movements.account_key, movements.opening_amount
    from marts.fct_mrr_movements as movements
    inner join months on movements.movement_month = months.last_month - interval 11 month
),
renewals as (
    select account_key, count(*) as open_count
    from marts.dim_opportunities
    where outcome = 'open' and revenue_type = 'renewal'
    group by account_key
)
select
    now.place, accounts.account_name, accounts.funnel, accounts.system, accounts.record_id,
    accounts.record_url, now.closing_amount, now.whole_amount, now.contract_month, now.ends_month,
    coalesce(year_before.opening_amount, 0) as year_before_amount,
    coalesce(renewals.open_count, 0) as open_renewal_count
from now
left join marts.dim_accounts as accounts on now.account_key = accounts.account_key
left join year_before on now.account_key = year_before.account_key
left join renewals on now.account_key = renewals.account_key
where now.place <= 10
order by now.place;

-- name: contracts_due
-- The contracts whose term ended in the last quarters that are over, and what customers pay after it.
-- Who leaves in the month after the last one of the term has not renewed it.
with months as (
    select
        account_key, contract_month, movement_month, opening_amount,
        movement_month < max(movement_month) over () as is_followed,
        case
            when lead(churn_amount) over (
                partition by account_key order by movement_month
            ) > 0 then 0
            else closing_amount
        end as closing_amount
    from marts.fct_mrr_movements
)
select
    coalesce(accounts.funnel, 'unknown') as funnel,
    coalesce(accounts.industry, 'unknown') as segment,
    cast(quarters.period_start as text) as key,
    count(*) as due_count,
    count(*) filter (movements.closing_amount > 0) as renewed_count,
    sum(movements.opening_amount) as due_amount,
    sum(least(movements.opening_amount, movements.closing_amount)) as kept_amount,
    sum(greatest(movements.closing_amount - movements.opening_amount, 0)) as added_amount,
    max(movements.opening_amount) as largest_due_amount,
    -- Who has won no renewal by now may still leave in the month after.
    count(*) filter (
        not movements.is_followed and movements.closing_amount > 0 and not exists (
            select 1
            from marts.dim_opportunities as renewals
            where
                renewals.account_key = movements.account_key and renewals.outcome = 'won'
                and renewals.revenue_type = 'renewal'
                and renewals.closed_at >= movements.movement_month - interval 6 month
        )
    ) as unsettled_count
from months as movements
inner join closed_quarters as quarters
    on
        movements.movement_month >= quarters.period_start
        and movements.movement_month < quarters.period_start + interval 3 month
left join marts.dim_accounts as accounts on movements.account_key = accounts.account_key
where
    movements.opening_amount > 0 and movements.movement_month > movements.contract_month
    and date_diff('month', movements.contract_month, movements.movement_month)
    % getvariable('contract_months') = 0
group by all
order by all;

-- name: open_by_month
-- What is open by the month in which it is expected to close; what is past its close date has none.
-- What was begun before its account bought by another opportunity is left over from that sale.
select
    opportunities.funnel,
    case when expected_close_date >= getvariable('as_of_date')
        then cast(date_trunc('month', expected_close_date) as date)
    end as close_month,
    expected_close_date is null as is_undated,
    case
        when opportunities.revenue_type = 'expansion'
            and opportunities.created_at < accounts.customer_at then 'left_over'
        else opportunities.revenue_type
    end as revenue_type,
    count(*) as due_count,
    coalesce(sum(amount), 0) as due_amount,
    coalesce(max(amount), 0) as largest_amount
from marts.dim_opportunities as opportunities
left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
where outcome = 'open'
group by all
order by close_month nulls first, is_undated, revenue_type, opportunities.funnel;

-- name: open_by_month_filtered
with opened as (
    select
        opportunities.funnel, opportunities.segment, opportunities.amount,
        case
            when opportunities.expected_close_date is null then 'undated'
            when opportunities.expected_close_date < getvariable('as_of_date') then 'overdue'
            else cast(
                cast(date_trunc('month', opportunities.expected_close_date) as date) as varchar
            )
        end as key,
        case
            when opportunities.revenue_type = 'expansion'
                and opportunities.created_at < accounts.customer_at then 'left_over'
            else opportunities.revenue_type
        end as kind
    from marts.dim_opportunities as opportunities
    left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
    where opportunities.outcome = 'open'
)
select
    funnel, segment,
    case when grouping(key) = 1 then 'all' else key end as key,
    count(*) as due_count,
    coalesce(sum(amount) filter (kind = 'new'), 0) as new_amount,
    coalesce(sum(amount) filter (kind = 'renewal'), 0) as renewal_amount,
    coalesce(sum(amount) filter (kind = 'expansion'), 0) as expansion_amount,
    coalesce(sum(amount) filter (kind = 'left_over'), 0) as left_over_amount,
    coalesce(sum(amount), 0) as due_amount
from opened
group by grouping sets ((funnel, segment, key), (funnel, segment))
order by all;

-- name: largest_commit
-- The largest of the open opportunities that are committed.
select
    accounts.account_name, opportunities.push_count,
    opportunities.amount as largest_amount,
    sum(opportunities.amount) over () as whole_amount,
    count(*) over () as commit_count
from marts.dim_opportunities as opportunities
left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
where
    opportunities.outcome = 'open' and opportunities.pipeline_class = 'commit'
    and opportunities.amount > 0
qualify row_number() over (order by opportunities.amount desc, opportunities.opportunity_key) = 1;

-- name: late_open
-- What is open and past its expected close date or the time limit of its stage, each once.
select
    count(*) as late_count,
    sum(opportunities.amount) as late_amount
from marts.dim_opportunities as opportunities
where
    opportunities.outcome = 'open' and (
        opportunities.expected_close_date < getvariable('as_of_date')
        or exists (
            select 1 from marts.worklists as worklists
            where
                worklists.list_name = 'trapped_opportunities'
                and worklists.opportunity_key = opportunities.opportunity_key
        )
    )
having count(*) > 0;

-- name: overdue_opportunities
-- Open opportunities whose expected close date is over, the largest first.
select
    accounts.account_name, opportunities.system, opportunities.record_id, opportunities.record_url,
    owners.system as owner_system, owners.user_id,
    case when owners.team not in ('none', 'unknown') then owners.team end as owner_own_team,
    opportunities.revenue_type, opportunities.amount, opportunities.expected_close_date,
    opportunities.push_count, opportunities.funnel, accounts.customer_state,
    coalesce(
        opportunities.revenue_type = 'expansion'
        and opportunities.created_at < accounts.customer_at, false
    ) as is_left_over,
    date_diff('day', cast(opportunities.created_at as date), getvariable('as_of_date')) as age_days,
    count(*) over () as overdue_count,
    sum(opportunities.amount) over () as overdue_amount,
    count(*) filter (is_left_over) over () as left_over_count,
    coalesce(sum(opportunities.amount) filter (is_left_over) over (), 0) as left_over_amount
from marts.dim_opportunities as opportunities
left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
left join marts.dim_owners as owners on opportunities.owner_key = owners.owner_key
where
    opportunities.outcome = 'open'
    and opportunities.expected_close_date < getvariable('as_of_date')
order by opportunities.amount desc nulls last, opportunities.record_id
limit 25;

-- name: due_opportunities
-- What is open with a close date in the quarter that is not over, the largest first.
with due as (
    select
        opportunities.*,
        row_number() over (
            order by opportunities.amount desc nulls last, opportunities.record_id
        ) as place,
        row_number() over (
            partition by opportunities.funnel
            order by opportunities.amount desc nulls last, opportunities.record_id
        ) as funnel_place,
        count(*) over () as due_count,
        coalesce(sum(opportunities.amount) over (), 0) as due_amount
    from marts.dim_opportunities as opportunities
    inner join open_quarter as quarter
        on
            opportunities.expected_close_date >= getvariable('as_of_date')
            and opportunities.expected_close_date < quarter.period_start + interval 3 month
    where opportunities.outcome = 'open'
)
select
    accounts.account_name, due.system, due.record_id, due.record_url,
    owners.system as owner_system, owners.user_id,
    case when owners.team not in ('none', 'unknown') then owners.team end as owner_own_team,
    due.revenue_type, due.pipeline_class, due.amount, due.expected_close_date, due.push_count,
    due.funnel, accounts.customer_state,
    coalesce(
        due.revenue_type = 'expansion' and due.created_at < accounts.customer_at, false
    ) as is_left_over,
    date_diff('day', cast(due.created_at as date), getvariable('as_of_date')) as age_days,
    due.due_count, due.due_amount
from due
left join marts.dim_accounts as accounts on due.account_key = accounts.account_key
left join marts.dim_owners as owners on due.owner_key = owners.owner_key
where due.place <= 10 or due.funnel_place <= 10
order by due.place;

-- name: medians
-- The middle of the wins of new business, in the last periods that are over, in those before them and a
-- year before; and their mean without the one that moves it most.
with spans as (
    select period, 'now' as place, first_date, next_date from periods where period <> 'year'
    union all
    select
        period, 'before' as place,
        cast(case period
            when 'week' then first_date - interval 7 day
            when 'month' then first_date - interval 1 month
            else first_date - interval 3 month
        end as date) as first_date,
        first_date as next_date
    from periods
    where period <> 'year'
    union all
    select
        period, 'year_before' as place,
        cast(case period
            when 'week' then first_date - interval 364 day else first_date - interval 12 month
        end as date) as first_date,
        cast(case period
            when 'week' then next_date - interval 364 day else next_date - interval 12 month
        end as date) as next_date
    from periods
    where period <> 'year'
)
select
    spans.period, spans.place,
    case when grouping(opportunities.funnel) = 1 then 'all' else opportunities.funnel end as funnel,
    median(opportunities.won_amount) as median_amount,
    (sum(opportunities.won_amount) - max(opportunities.won_amount))
    / nullif(count(opportunities.won_amount) - 1, 0) as amount_without_largest,
    median(opportunities.cycle_days) as median_days,
    (sum(opportunities.cycle_days) - max(opportunities.cycle_days))
    / nullif(count(opportunities.cycle_days) - 1, 0) as days_without_longest
from marts.dim_opportunities as opportunities
inner join spans
    on
        opportunities.closed_at >= spans.first_date
        and opportunities.closed_at < spans.next_date
where opportunities.outcome = 'won' and opportunities.revenue_type = 'new'
group by grouping sets (
    (spans.period, spans.place, opportunities.funnel), (spans.period, spans.place)
)
order by spans.period, spans.place, funnel;

-- name: win_rates_by_amount
-- What was won of the amount of new business that was closed, now, in the period before and a year
-- before.
select
    sales.period_kind as period,
    case
        when sales.period_start = periods.first_date then 'now'
        when sales.period_start > periods.first_date - interval 300 day then 'before'
        else 'year_before'
    end as place,
    case when grouping(sales.funnel) = 1 then 'all' else sales.funnel end as funnel,
    sum(sales.won_amount) as won_amount,
    sum(sales.won_amount + sales.lost_amount) as closed_amount
from marts.kpi_sales_by_period as sales
inner join periods
    on
        sales.period_kind = periods.period
        and sales.period_start in (
            periods.first_date,
            cast(case periods.period
                when 'week' then periods.first_date - interval 7 day
                when 'month' then periods.first_date - interval 1 month
                else periods.first_date - interval 3 month
            end as date),
            -- A year of weeks begins on the same weekday.
            cast(case periods.period
                when 'week' then periods.first_date - interval 364 day
                else periods.first_date - interval 12 month
            end as date)
        )
where sales.revenue_type = 'new'
group by grouping sets (
    (sales.period_kind, sales.period_start, periods.first_date, sales.funnel),
    (sales.period_kind, sales.period_start, periods.first_date)
)
order by period, place, funnel;

-- name: win_rates_of_years
-- Won and closed opportunities of new business in the last twelve months and the twelve before, by
-- number and by amount, and the largest that was closed in the last.
with largest as (
    select
        case when grouping(opportunities.funnel) = 1 then 'all' else opportunities.funnel end
            as funnel,
        max(opportunities.amount) as largest_amount,
        max_by(opportunities.outcome, opportunities.amount) as largest_outcome
    from marts.dim_opportunities as opportunities
    inner join periods
        on
            opportunities.closed_at >= periods.first_date
            and opportunities.closed_at < periods.next_date
    where
        periods.period = 'year' and opportunities.revenue_type = 'new'
        and opportunities.outcome in ('won', 'lost')
    group by grouping sets ((opportunities.funnel), ())
),
sums as (
    select
        case when grouping(sales.funnel) = 1 then 'all' else sales.funnel end as funnel,
        coalesce(sum(sales.won_count) filter (
            sales.period_start >= periods.first_date
        ), 0) as won_count,
        coalesce(sum(sales.won_count + sales.lost_count) filter (
            sales.period_start >= periods.first_date
        ), 0) as closed_count,
        coalesce(sum(sales.won_count) filter (
            sales.period_start < periods.first_date
        ), 0) as earlier_won_count,
        coalesce(sum(sales.won_count + sales.lost_count) filter (
            sales.period_start < periods.first_date
        ), 0) as earlier_closed_count,
        coalesce(sum(sales.won_amount) filter (
            sales.period_start >= periods.first_date
        ), 0) as won_amount,
        coalesce(sum(sales.won_amount + sales.lost_amount) filter (
            sales.period_start >= periods.first_date
        ), 0) as closed_amount,
        coalesce(sum(sales.won_amount) filter (
            sales.period_start < periods.first_date
        ), 0) as earlier_won_amount,
        coalesce(sum(sales.won_amount + sales.lost_amount) filter (
            sales.period_start < periods.first_date
        ), 0) as earlier_closed_amount
    from marts.kpi_sales_by_period as sales
    inner join periods
        on
            sales.period_start >= periods.first_date - interval 12 month
            and sales.period_start < periods.next_date
    where sales.period_kind = 'month' and sales.revenue_type = 'new' and periods.period = 'year'
    group by grouping sets ((sales.funnel), ())
)
select sums.*, largest.largest_amount, largest.largest_outcome
from sums
left join largest on sums.funnel = largest.funnel
order by sums.funnel;

-- name: largest_by_kind
-- The largest win of each kind in the last periods that are over.
select
    periods.period, opportunities.revenue_type,
    case when grouping(opportunities.funnel) = 1 then 'all' else opportunities.funnel end as funnel,
    max(opportunities.won_amount) as largest_amount,
    max_by(accounts.account_name, opportunities.won_amount) as largest_account,
    count(*) as win_count
from marts.dim_opportunities as opportunities
inner join periods
    on
        opportunities.closed_at >= periods.first_date
        and opportunities.closed_at < periods.next_date
left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
where opportunities.outcome = 'won' and opportunities.won_amount > 0 and periods.period <> 'year'
group by grouping sets (
    (periods.period, opportunities.revenue_type, opportunities.funnel),
    (periods.period, opportunities.revenue_type)
)
order by periods.period, opportunities.revenue_type, funnel;

-- name: retention_bases
-- Of how many customers NRR, GRR and logo churn are, in the last periods that are over and a year before.
select
    mrr.period_kind as period,
    case when grouping(mrr.funnel) = 1 then 'all' else mrr.funnel end as funnel,
    sum(mrr.year_opening_customer_count) filter (
        mrr.period_start = periods.first_date
    ) as customer_count,
    coalesce(sum(mrr.year_opening_customer_count) filter (
        mrr.period_start < periods.first_date
    ), 0) as earlier_customer_count
from marts.kpi_mrr_by_period as mrr
inner join periods
    on
        mrr.period_kind = periods.period
        and mrr.period_start in (
            periods.first_date, cast(periods.first_date - interval 12 month as date)
        )
group by grouping sets ((mrr.period_kind, mrr.funnel), (mrr.period_kind))
order by period, funnel;

-- name: qualified_rates
-- Of those who qualified for a stage in the twelve months up to 60 days ago, those who qualified for the
-- next one within 60 days: nobody who bypassed a definition is in either.
with path as (
    select
        stage,
        lead(stage) over (order by stage_order) as next_stage
    from seeds.lifecycle_stages
    where not is_exit
),
met as (
    select journey_key, stage, min(coalesce(qualified_at, entered_at)) as qualified_at
    from marts.fct_lifecycle
    where
        coalesce(qualification, 'qualified') in ('qualified', 'qualified_later')
        and not is_inferred
    group by journey_key, stage
)
select
    met.stage, path.next_stage,
    count(*) as qualified_count,
    count(*) filter (
        following.qualified_at < met.qualified_at + interval 60 day
    ) as followed_count
from met
inner join path on met.stage = path.stage
left join met as following
    on met.journey_key = following.journey_key and path.next_stage = following.stage
where
    path.next_stage is not null
    and met.qualified_at >= getvariable('as_of_date') - 425
    and met.qualified_at < getvariable('as_of_date') - 60
group by met.stage, path.next_stage
order by met.stage;

-- name: days_to_win_by_funnel
-- Of the customers won in the last twelve months and in the twelve before.
select
    funnel,
    median(date_diff('day', reached_lead_at, win_at)) filter (
        win_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
    ) as median_days,
    median(date_diff('day', reached_lead_at, win_at)) filter (
        win_at < date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
    ) as year_before_days
from marts.fct_journeys
where
    has_win and reached_lead_at is not null
    and win_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 23 month
group by funnel
order by funnel;

-- name: definition_rates
-- Of those who met one definition in a quarter, those who met the next one within 60 days; only where all
-- of them have had 60 days. An opportunity takes the place of a definition after the last one.
with path as (
    select
        stage,
        lead(stage) over (order by stage_order) as next_stage
    from seeds.lifecycle_stages
    where entered_by = 'definition' or planning_node = 'opportunity'
),
quarters as (
    select distinct period_start, period_start + interval 3 month as next_start
    from marts.kpi_reviews_by_period
    where
        period_kind = 'quarter' and is_complete
        and period_start + interval 3 month <= getvariable('as_of_date') - 60
    order by period_start desc
    limit 5
),
spans as (
    select 'quarter' as period_kind, period_start, next_start from quarters
    union all
    -- The months since, whose last 60 days are over.
    select
        'month' as period_kind,
        cast(quarters.period_start + to_months(cast(months.number as integer)) as date),
        quarters.period_start + to_months(cast(months.number as integer) + 1)
    from (select max(period_start) as period_start from quarters) as quarters
    cross join range(3, 6) as months (number)
    where
        quarters.period_start + to_months(cast(months.number as integer) + 1)
        <= getvariable('as_of_date') - 60
),
met as (
    select
        journey_key, stage, any_value(funnel) as funnel,
        min(coalesce(qualified_at, entered_at)) as qualified_at
    from marts.fct_lifecycle
    where
        coalesce(qualification, 'qualified') = 'qualified'
        and not is_inferred
    group by journey_key, stage
)
select
    met.funnel, path.stage, path.next_stage,
    path.stage || '|' || cast(spans.period_start as text)
    || case spans.period_kind when 'month' then '|month' else '' end as key,
    count(*) as qualified_count,
    count(*) filter (
        following.qualified_at >= met.qualified_at
        and following.qualified_at < met.qualified_at + interval 60 day
    ) as followed_count
from met
inner join path on met.stage = path.stage
inner join spans
    on
        met.qualified_at >= spans.period_start
        and met.qualified_at < spans.next_start
left join met as following
    on met.journey_key = following.journey_key and path.next_stage = following.stage
where
    path.next_stage is not null
    -- Where nobody ever came to a stage, no system provides it.
    and exists (select 1 from met as others where others.stage = path.next_stage)
group by met.funnel, path.stage, path.next_stage, spans.period_start, spans.period_kind
order by all;

-- name: leads_by_channel
-- Who met each definition, by first channel, in the last periods that are over and in those before.
with stages as (select stage from seeds.lifecycle_stages where entered_by = 'definition')
select
    volumes.funnel, periods.period, volumes.channel as key, volumes.stage,
    coalesce(sum(volumes.qualified_count) filter (
        volumes.period_start >= periods.first_date
    ), 0) as qualified_count,
    coalesce(sum(volumes.qualified_count) filter (
        volumes.period_start < periods.first_date
    ), 0) as earlier_count
from marts.stage_volumes_by_period as volumes
inner join stages on volumes.stage = stages.stage
inner join periods
    on
        volumes.period_kind = case periods.period when 'year' then 'month' else periods.period end
        and volumes.period_start >= cast(case periods.period
            when 'week' then periods.first_date - interval 7 day
            when 'month' then periods.first_date - interval 1 month
            when 'quarter' then periods.first_date - interval 3 month
            else periods.first_date - interval 12 month
        end as date)
        and volumes.period_start < periods.next_date
group by volumes.funnel, periods.period, volumes.channel, volumes.stage
having qualified_count > 0 or earlier_count > 0
order by all;

-- name: days_to_win
-- From the definition of a lead to the win, of the customers won in the last quarter, in the one before
-- and a year before.
with spans as (
    select 'now' as place, first_date, next_date from periods where period = 'quarter'
    union all
    select
        'before' as place, cast(first_date - interval 3 month as date) as first_date,
        first_date as next_date
    from periods
    where period = 'quarter'
    union all
    select
        'year_before' as place, cast(first_date - interval 12 month as date) as first_date,
        cast(first_date - interval 9 month as date) as next_date
    from periods
    where period = 'quarter'
)
select
    spans.place,
    count(*) as win_count,
    median(date_diff('day', journeys.reached_lead_at, journeys.win_at)) as median_days
from marts.fct_journeys as journeys
inner join spans
    on journeys.win_at >= spans.first_date and journeys.win_at < spans.next_date
where journeys.reached_lead_at is not null and journeys.has_win
group by spans.place
order by spans.place;

-- name: new_business_filtered
-- Opportunities of new business created, won, closed and open, by first channel. Created pipeline has the
-- amount with which it was created.
with counts as (
    select
        opportunities.funnel, opportunities.segment, periods.period, opportunities.channel,
        opportunities.outcome, opportunities.amount, opportunities.won_amount,
        created.created_amount,
        opportunities.created_at >= periods.first_date
        and opportunities.created_at < periods.next_date as is_created,
        opportunities.closed_at >= periods.first_date
        and opportunities.closed_at < periods.next_date as is_closed
    from marts.dim_opportunities as opportunities
    cross join periods
    left join created_amounts as created on opportunities.opportunity_key = created.opportunity_key
    where opportunities.revenue_type = 'new'
)
select
    funnel, segment, period,
    case when grouping(channel) = 1 then 'all' else channel end as key,
    count(*) filter (is_created) as created_count,
    coalesce(sum(created_amount) filter (is_created), 0) as created_amount,
    coalesce(max(created_amount) filter (is_created), 0) as largest_created_amount,
    count(*) filter (is_closed and outcome = 'won') as won_count,
    coalesce(sum(won_amount) filter (is_closed and outcome = 'won'), 0) as won_amount,
    coalesce(max(won_amount) filter (is_closed and outcome = 'won'), 0) as largest_won_amount,
    count(*) filter (is_closed and outcome in ('won', 'lost')) as closed_count,
    count(*) filter (outcome = 'open') as open_count,
    coalesce(sum(amount) filter (outcome = 'open'), 0) as open_amount
from counts
group by grouping sets ((funnel, segment, period, channel), (funnel, segment, period))
having created_count > 0 or closed_count > 0 or open_count > 0
order by all;

-- name: marketed_new_business
-- New business by quarter: what was created and won, and what of it is of persons who had met the last
-- definition of the team that finds leads before the opportunity was created.
with marketed as (
    -- When the journey met the last definition that is the team's that finds leads.
    select lifecycle.journey_key, min(lifecycle.qualified_at) as qualified_at
    from marts.fct_lifecycle as lifecycle
    where
        lifecycle.is_qualified and lifecycle.stage = (
            select max_by(stages.stage, stages.stage_order)
            from seeds.lifecycle_stages as stages
            where
                stages.entered_by = 'definition' and stages.owner_team = (
                    select max(leads.owner_team)
                    from seeds.lifecycle_stages as leads
                    where leads.planning_node = 'lead'
                )
        )
    group by lifecycle.journey_key
),
counts as (
    select
        quarters.period_start, opportunities.funnel, opportunities.segment, opportunities.outcome,
        opportunities.won_amount, coalesce(created.created_amount, 0) as created_amount,
        coalesce(marketed.qualified_at <= opportunities.created_at, false) as is_marketed,
        opportunities.created_at >= quarters.period_start
        and opportunities.created_at < quarters.period_start + interval 3 month as is_created,
        opportunities.closed_at >= quarters.period_start
        and opportunities.closed_at < quarters.period_start + interval 3 month as is_closed
    from marts.dim_opportunities as opportunities
    cross join closed_quarters as quarters
    left join created_amounts as created on opportunities.opportunity_key = created.opportunity_key
    left join marketed on opportunities.journey_key = marketed.journey_key
    where opportunities.revenue_type = 'new'
)
select
    funnel, segment, cast(period_start as text) as key,
    count(*) filter (is_created) as created_count,
    count(*) filter (is_created and is_marketed) as marketed_count,
    coalesce(sum(created_amount) filter (is_created), 0) as created_amount,
    coalesce(sum(created_amount) filter (is_created and is_marketed), 0) as marketed_amount,
    count(*) filter (is_closed and outcome = 'won') as won_count,
    count(*) filter (is_closed and outcome = 'won' and is_marketed) as marketed_won_count,
    coalesce(sum(won_amount) filter (is_closed and outcome = 'won'), 0) as won_amount,
    coalesce(sum(won_amount) filter (
        is_closed and outcome = 'won' and is_marketed
    ), 0) as marketed_won_amount,
    count(*) filter (is_closed and is_marketed and outcome in ('won', 'lost'))
        as marketed_closed_count,
    count(*) filter (is_closed and not is_marketed and outcome = 'won') as other_won_count,
    count(*) filter (is_closed and not is_marketed and outcome in ('won', 'lost'))
        as other_closed_count
from counts
where is_created or is_closed
group by funnel, segment, key
order by all;

-- name: largest_new_wins
-- The largest win of new business of the last month and of the one before.
with spans as (
    select period, first_date, next_date from periods where period = 'month'
    union all
    select
        'month_before' as period,
        cast(first_date - interval 1 month as date) as first_date,
        first_date as next_date
    from periods
    where period = 'month'
)
select
    spans.period,
    max(opportunities.won_amount) as won_amount,
    sum(opportunities.won_amount) as whole_amount,
    count(*) as win_count
from marts.dim_opportunities as opportunities
inner join spans
    on
        opportunities.closed_at >= spans.first_date
        and opportunities.closed_at < spans.next_date
where
    opportunities.outcome = 'won' and opportunities.revenue_type = 'new'
    and opportunities.won_amount > 0
group by spans.period
order by spans.period;

-- name: closed_new_business
-- Won and lost amounts of new business in the last quarter that is over, and of whom with a target.
with sales as (
    select sales.owner_key, sales.won_amount, sales.lost_amount
    from marts.kpi_sales_by_period as sales
    inner join periods
        on sales.period_kind = periods.period and sales.period_start = periods.first_date
    where sales.period_kind = 'quarter' and sales.revenue_type = 'new'
),
owners as (
    select distinct targets.owner_key
    from marts.kpi_targets_by_period as targets
    inner join periods
        on targets.period_kind = periods.period and targets.period_start = periods.first_date
    where targets.period_kind = 'quarter' and targets.owner_key != 0 and targets.target is not null
)
select
    sum(sales.won_amount) as won_amount,
    sum(sales.lost_amount) as lost_amount,
    coalesce(sum(sales.won_amount) filter (owners.owner_key is not null), 0) as targeted_won_amount
from sales
left join owners on sales.owner_key = owners.owner_key;

-- name: handoff_reasons
-- Why handoffs were rejected in the last 365 days.
select
    step, answer_reason as reason, count(*) as handoff_count,
    sum(count(*)) over (partition by step) as rejected_count,
    sum(count(*)) filter (answer_reason not in ('none', 'unmapped', 'unknown'))
        over (partition by step) as named_count
from marts.handoffs
where handoff_result = 'rejected' and handed_over_at >= getvariable('as_of_date') - 365
group by step, answer_reason
order by step, handoff_count desc, reason;

-- name: largest_wins
select
    periods.period, opportunities.revenue_type, opportunities.won_amount
from marts.dim_opportunities as opportunities
inner join periods
    on
        opportunities.closed_at >= periods.first_date
        and opportunities.closed_at < periods.next_date
where opportunities.outcome = 'won' and opportunities.won_amount > 0
qualify row_number() over (
    partition by periods.period order by opportunities.won_amount desc, opportunities.record_id
) = 1
order by periods.period;

-- name: slipped_opportunities
-- The largest that were due in the last quarter and were neither won nor lost in it.
select
    waterfall.period_start, accounts.account_name, opportunities.system,
    owners.system as owner_system, owners.user_id,
    case when owners.team not in ('none', 'unknown') then owners.team end as owner_own_team,
    waterfall.slipped_amount, opportunities.amount as amount_now, opportunities.outcome, opportunities.expected_close_date,
    opportunities.revenue_type, opportunities.record_id, opportunities.record_url,
    opportunities.push_count,
    coalesce(
        opportunities.revenue_type = 'expansion'
        and opportunities.created_at < accounts.customer_at, false
    ) as is_left_over,
    count(*) over () as slipped_count
from marts.fct_pipeline_waterfall_by_period as waterfall
inner join periods
    on waterfall.period_kind = periods.period and waterfall.period_start = periods.first_date
inner join marts.dim_opportunities as opportunities
    on waterfall.opportunity_key = opportunities.opportunity_key
left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
left join marts.dim_owners as owners on opportunities.owner_key = owners.owner_key
where
    waterfall.period_kind = 'quarter' and waterfall.basis = 'due_in_period'
    and waterfall.slipped_amount > 0
order by waterfall.slipped_amount desc, opportunities.record_id
limit 10;

-- name: customers_lost
-- Who left in the last twelve months, with what they paid a month, and why their renewal was lost.
with renewals as (
    select account_key, lost_reason as renewal_reason, closed_at
    from marts.dim_opportunities
    where
        outcome = 'lost' and revenue_type = 'renewal' and account_key is not null
        and closed_at is not null
    qualify row_number() over (partition by account_key order by closed_at desc, record_id) = 1
)
select
    accounts.account_name, exits.exited_at, exits.exit_reason, exits.reason_team, exits.funnel,
    exits.lost_mrr_amount, renewals.renewal_reason, accounts.system, accounts.record_id,
    accounts.record_url,
    count(*) over () as lost_count,
    sum(exits.lost_mrr_amount) over () as lost_amount
from marts.journey_exits as exits
left join marts.dim_accounts as accounts on exits.account_key = accounts.account_key
left join renewals
    on
        exits.account_key = renewals.account_key
        and abs(date_diff('day', renewals.closed_at, exits.exited_at)) <= 120
where
    exits.exit_type = 'churned'
    and exits.exited_month
    >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
order by exits.exited_month desc, exits.lost_mrr_amount desc nulls last, exits.exited_at desc
limit 30;

-- name: customers_moved
-- Who reduced and who expanded what they pay in the last twelve months, those with the largest sums
-- first.
with moved as (
    select
        movements.account_key,
        sum(movements.contraction_amount) as contraction_amount,
        sum(movements.expansion_amount) as expansion_amount,
        max(movements.movement_month) filter (movements.contraction_amount > 0) as reduced_month,
        max(movements.movement_month) filter (movements.expansion_amount > 0) as expanded_month
    from marts.fct_mrr_movements as movements
    where
        movements.movement_month
        >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
    group by movements.account_key
),
crowds as (
    select
        movement_month,
        count(*) filter (contraction_amount > 0) as reduced_count,
        count(*) filter (expansion_amount > 0) as expanded_count
    from marts.fct_mrr_movements
    where movement_month >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
    group by movement_month
),
kinds as (
    select account_key, 'reduced' as kind, contraction_amount as amount, reduced_month as last_month
    from moved
    where contraction_amount > 0
    union all
    select account_key, 'expanded' as kind, expansion_amount as amount, expanded_month as last_month
    from moved
    where expansion_amount > 0
)
select
    kinds.kind, accounts.account_name, accounts.funnel, accounts.system, accounts.record_id,
    accounts.record_url, kinds.amount, kinds.last_month,
    count(*) over (partition by kinds.kind) as customer_count,
    sum(kinds.amount) over (partition by kinds.kind) as whole_amount,
    (
        select max(case kinds.kind when 'reduced' then reduced_count else expanded_count end)
        from crowds
    ) as month_customer_count,
    (
        select max_by(
            movement_month, case kinds.kind when 'reduced' then reduced_count else expanded_count end
        )
        from crowds
    ) as crowded_month
from kinds
left join marts.dim_accounts as accounts on kinds.account_key = accounts.account_key
qualify row_number() over (
    partition by kinds.kind order by kinds.amount desc, accounts.record_id
) <= 15
order by kinds.kind, kinds.amount desc, accounts.record_id;

-- name: retention_slices
-- The customers of twelve months ago by market, by segment and by the channel of their first win, with
-- the one that moved most.
with months as (select max(movement_month) as last_month from marts.fct_mrr_movements),
channels as (
    select
        account_key,
        -- A customer from before the records has no day of the win.
        min_by(first_channel, coalesce(win_at, timestamp '9999-12-31')) as channel
    from marts.fct_journeys
    where has_win and account_key is not null
    group by account_key
),
accounts as (
    select
        movements.account_key,
        any_value(accounts.funnel) as funnel,
        any_value(coalesce(accounts.industry, 'unknown')) as segment,
        any_value(coalesce(channels.channel, 'unknown')) as channel,
        sum(movements.opening_amount) filter (
            movements.movement_month = months.last_month - interval 11 month
        ) as opening_amount,
        coalesce(sum(movements.closing_amount) filter (
            movements.movement_month = months.last_month
        ), 0) as closing_amount
    from marts.fct_mrr_movements as movements
    inner join marts.dim_accounts as accounts on movements.account_key = accounts.account_key
    left join channels on movements.account_key = channels.account_key
    cross join months
    group by movements.account_key
)
select
    case
        when grouping(funnel) = 0 then 'funnel'
        when grouping(segment) = 0 then 'segment'
        else 'channel'
    end as dimension,
    coalesce(funnel, segment, channel) as value,
    count(*) as customer_count,
    count(*) filter (closing_amount = 0) as lost_count,
    sum(opening_amount) as opening_amount,
    sum(closing_amount) as closing_amount,
    sum(least(opening_amount, closing_amount)) as retained_amount,
    max_by(opening_amount, abs(closing_amount - opening_amount)) as mover_opening_amount,
    max_by(closing_amount, abs(closing_amount - opening_amount)) as mover_closing_amount,
    max_by(opening_amount, opening_amount - closing_amount) as loser_opening_amount,
    max_by(closing_amount, opening_amount - closing_amount) as loser_closing_amount
from accounts
where opening_amount > 0
group by grouping sets ((funnel), (segment), (channel))
order by dimension, value;

-- name: bottlenecks
select
    stage, owner_team, open_count, past_limit_count, time_limit_days, median_stay_days,
    expected_amount, trapped_amount, year_entered_count, next_stage_rate,
    one_point_gain_amount, gain_rank
from marts.bottlenecks
where is_total
order by gain_rank nulls last, stage;

-- name: bookings_drivers
select
    period_kind, comparison, period_start, earlier_start, driver_number, driver, driver_name,
    owner_team,
    sum(change_amount) as change_amount
from marts.kpi_tree_by_period
group by all
order by period_kind, comparison, period_start, driver_number;

-- name: bookings_drivers_filtered
select
    tree.funnel, periods.period, tree.driver as key,
    sum(tree.change_amount) as change_amount
from marts.kpi_tree_by_period as tree
inner join periods
    on tree.period_kind = periods.period and tree.period_start = periods.first_date
where tree.comparison = 'prior'
group by tree.funnel, periods.period, tree.driver
order by all;

-- name: stage_count_parts
select
    period_kind, period_start, earlier_start, stage, owner_team, qualified_count,
    earlier_reported_count, driver, rule, change
from marts.stage_count_changes_by_period
where period_start = (
    select max(latest.period_start)
    from marts.stage_count_changes_by_period as latest
    where latest.period_kind = stage_count_changes_by_period.period_kind
)
order by period_kind, stage, abs(change) desc, driver, rule;

-- name: alerts
select
    severity, status, kind, system, stage, owner_team, summary, next_step, subject,
    affected_count, window_first_date, first_seen_date, last_seen_date, resolved_date, status_reason
from marts.alerts
order by status = 'resolved', severity = 'notice', severity = 'warning', last_seen_date desc, summary;

-- name: funnel
with volumes as (
    select
        period_start, stage, owner_team,
        sum(passed_count) as passed_count,
        sum(qualified_count) as qualified_count,
        sum(bypass_count) as bypass_count
    from marts.stage_volumes_by_period
    where period_kind = 'month'
    group by period_start, stage, owner_team
),
last_months as (
    select distinct period_start
    from marts.kpi_reviews_by_period
    where period_kind = 'month' and is_complete
    order by period_start desc
    limit 12
)
select
    volumes.stage,
    volumes.owner_team,
    min(volumes.period_start) as first_month,
    max(volumes.period_start) as last_month,
    sum(volumes.passed_count) as passed_count,
    sum(volumes.qualified_count) as qualified_count,
    sum(volumes.bypass_count) as bypass_count
from volumes
inner join last_months on volumes.period_start = last_months.period_start
group by volumes.stage, volumes.owner_team
order by volumes.stage;

-- name: funnel_filtered
select
    volumes.funnel, volumes.segment, periods.period, volumes.stage as key,
    sum(volumes.passed_count) as passed_count,
    sum(volumes.qualified_count) as qualified_count,
    sum(volumes.bypass_count) as bypass_count
from marts.stage_volumes_by_period as volumes
inner join periods
    on
        volumes.period_kind = case periods.period when 'year' then 'month' else periods.period end
        and volumes.period_start >= periods.first_date
        and volumes.period_start < periods.next_date
group by volumes.funnel, volumes.segment, periods.period, volumes.stage
order by all;

-- name: estimates_filtered
select
    case when slice_name = 'funnel' then slice_value else 'all' end as funnel,
    case when slice_name = 'segment' then slice_value else 'all' end as segment,
    step, estimated_rate, lower_rate, upper_rate, conversion_lag_p50_days
from marts.conversion_estimates_by_slice
where slice_name in ('funnel', 'segment') and horizon_days is null
order by all;

-- name: estimates
select
    step, slice_value, estimate_status, entered_count, raw_rate, estimated_rate, lower_rate,
    upper_rate, conversion_lag_p50_days, is_plateau_trusted
from marts.conversion_estimates_by_slice
where slice_name = 'all' and horizon_days is null
order by step;

-- name: bypasses
select
    stage, bypassing_team, bypass_reason,
    sum(passed_count) as passed_count,
    sum(won_count) as won_count
from marts.stage_qualifications
where
    qualification = 'bypass'
    and passed_month >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by all
order by passed_count desc, stage, bypassing_team, bypass_reason
limit 12;

-- name: bypasses_filtered
select
    counts.funnel, periods.period,
    counts.stage || '|' || counts.bypassing_team || '|' || counts.bypass_reason as key,
    sum(counts.passed_count) as passed_count,
    sum(counts.won_count) as won_count
from marts.stage_qualifications as counts
inner join periods
    on
        periods.period <> 'week'
        and counts.passed_month >= periods.first_date
        and counts.passed_month < periods.next_date
where counts.qualification = 'bypass'
group by counts.funnel, periods.period, key
order by all;

-- name: cohorts
select
    step, cohort_month,
    sum(journey_entered_count) as entered_count,
    sum(journey_converted_count) as converted_count,
    sum(journey_open_count) as open_count,
    case when bool_and(eligible_30_count = journey_entered_count)
        then sum(converted_30_count) end as converted_30_count,
    case when bool_and(eligible_60_count = journey_entered_count)
        then sum(converted_60_count) end as converted_60_count,
    case when bool_and(eligible_90_count = journey_entered_count)
        then sum(converted_90_count) end as converted_90_count,
    case when bool_and(eligible_180_count = journey_entered_count)
        then sum(converted_180_count) end as converted_180_count
from marts.conversion_cohorts
where cohort_month >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by step, cohort_month
order by step, cohort_month;

-- name: cohorts_filtered
select
    funnel, segment, step || '|' || cohort_month as key,
    sum(journey_entered_count) as entered_count,
    sum(journey_open_count) as open_count,
    sum(converted_30_count) as converted_30_count,
    sum(converted_60_count) as converted_60_count,
    sum(converted_90_count) as converted_90_count,
    sum(converted_180_count) as converted_180_count
from marts.conversion_cohorts
where cohort_month >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by funnel, segment, key
order by funnel, segment, key;

-- name: handoffs
select
    step, from_team, handoff_result,
    count(*) as handoff_count,
    count(*) filter (timing = 'in_time') as in_time_count,
    count(*) filter (timing <> 'waiting') as due_count
from marts.handoffs
where handed_over_at >= getvariable('as_of_date') - 365
group by step, from_team, handoff_result
order by step, handoff_result;

-- name: handoffs_filtered
select
    handoffs.funnel, handoffs.segment, periods.period, handoffs.step as key,
    count(*) as handoff_count,
    count(*) filter (timing = 'in_time') as in_time,
    count(*) filter (timing <> 'waiting') as due,
    count(*) filter (handoff_result = 'accepted_in_time') as accepted_in_time,
    count(*) filter (handoff_result = 'accepted_late') as accepted_late,
    count(*) filter (handoff_result = 'accepted_undated') as accepted_undated,
    count(*) filter (handoff_result = 'waiting') as waiting,
    count(*) filter (handoff_result = 'never_worked') as never_worked,
    count(*) filter (handoff_result = 'rejected') as rejected,
    count(*) filter (handoff_result = 'recycled') as recycled
from marts.handoffs as handoffs
inner join periods
    on
        handoffs.handed_over_at >= case
            when periods.period = 'year' then getvariable('as_of_date') - 365 else periods.first_date
        end
        and handoffs.handed_over_at < periods.next_date
group by handoffs.funnel, handoffs.segment, periods.period, handoffs.step
order by all;

-- name: onboarding
-- Customers won by quarter, with those who are onboarded since; who has left without it is not open.
with won as (
    select
        handoffs.funnel, handoffs.segment, handoffs.answer_days, handoffs.timing,
        quarters.period_start,
        handoffs.handoff_result in ('accepted_in_time', 'accepted_late', 'accepted_undated')
            as is_onboarded,
        journeys.churned_at is not null as has_left
    from marts.handoffs as handoffs
    inner join seeds.lifecycle_stages as stages
        on
            stages.planning_node = 'win'
            and starts_with(handoffs.step, stages.stage || '_to_')
    inner join (
        select distinct period_start
        from marts.kpi_reviews_by_period
        where period_kind = 'quarter' and period_start < getvariable('as_of_date')
        order by period_start desc
        limit 5
    ) as quarters
        on
            handoffs.handed_over_at >= quarters.period_start
            and handoffs.handed_over_at < quarters.period_start + interval 3 month
    left join marts.fct_journeys as journeys on handoffs.journey_key = journeys.journey_key
    -- Where no system records it, nobody knows who is onboarded.
    where
        exists (
            select 1 from marts.handoffs as others
            where
                others.step = handoffs.step
                and others.handoff_result in (
                    'accepted_in_time', 'accepted_late', 'accepted_undated'
                )
        )
)
select
    case when grouping(funnel) = 1 then 'all' else coalesce(funnel, 'unknown') end as funnel,
    case when grouping(segment) = 1 then 'all' else coalesce(segment, 'unknown') end as segment,
    cast(period_start as text) as key,
    count(*) as customer_count,
    count(*) filter (is_onboarded) as onboarded_count,
    count(*) filter (is_onboarded and timing = 'in_time') as in_time_count,
    count(*) filter (not is_onboarded and not has_left) as open_count,
    count(*) filter (
        not is_onboarded and not has_left and timing <> 'waiting'
    ) as overdue_count,
    median(answer_days) filter (is_onboarded) as median_days
from won
group by grouping sets ((period_start), (period_start, funnel, segment))
order by key desc, funnel, segment;

-- name: handoff_costs
select
    step, from_team, handoff_result, status, finding, handoff_count, compared_count, forgone_amount,
    low_95_forgone_amount, high_95_forgone_amount,
    (
        select cast(min(handoffs.handed_over_at) as date) from marts.handoffs as handoffs
        where handoffs.step = handoff_costs.step
    ) as first_date
from marts.handoff_costs
order by step, handoff_result;

-- name: handoff_speed
select
    from_team,
    cast(date_trunc('month', handed_over_at) as date) as month_start,
    count(*) as handoff_count,
    count(answer_days) as answered_count,
    -- A handoff without an answer waits longer than all others: null if half have none.
    nullif(
        median(coalesce(cast(answer_days as double), 'infinity')) filter (timing <> 'undated'),
        'infinity'
    ) as median_answer_days,
    count(*) filter (timing = 'in_time') as in_time_count
from marts.handoffs
where handed_over_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by from_team, month_start
order by from_team, month_start;

-- name: handoff_speed_filtered
select
    coalesce(funnel, 'all') as funnel,
    coalesce(segment, 'all') as segment,
    from_team,
    cast(date_trunc('month', handed_over_at) as date) as month_start,
    count(*) as handoff_count,
    count(answer_days) as answered_count,
    nullif(
        median(coalesce(cast(answer_days as double), 'infinity')) filter (timing <> 'undated'),
        'infinity'
    ) as median_answer_days
from marts.handoffs
where handed_over_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by grouping sets (
    (from_team, month_start, funnel), (from_team, month_start, segment),
    (from_team, month_start, funnel, segment)
)
order by all;

-- name: speed_to_lead_filtered
select
    coalesce(funnel, 'all') as funnel,
    coalesce(segment, 'all') as segment,
    cast(date_trunc('month', handed_over_at) as date) as month_start,
    count(*) as handoff_count,
    count(*) filter (is_contacted) as touched_count,
    median(handoff_to_contact_business_hours) filter (is_contacted) as median_touch_hours
from marts.speed_to_lead
where handed_over_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by grouping sets (
    (month_start, funnel), (month_start, segment), (month_start, funnel, segment)
)
order by all;

-- name: speed_to_lead
select
    cast(date_trunc('month', handed_over_at) as date) as month_start,
    count(*) as handoff_count,
    count(*) filter (is_contacted) as touched_count,
    median(handoff_to_contact_business_hours) filter (is_contacted) as median_touch_hours
from marts.speed_to_lead
where handed_over_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by month_start
order by month_start;

-- name: pipeline
select
    period_start, closing_pipeline_class as pipeline_class,
    sum(closing_count) as open_count,
    sum(closing_amount) as open_amount
from marts.fct_pipeline_waterfall_by_period
where period_kind = 'month' and basis = 'all_open' and closing_count > 0
group by period_start, pipeline_class
order by period_start desc, pipeline_class
limit 60;

-- name: pipeline_filtered
select
    funnel, segment, closing_pipeline_class as key,
    sum(closing_count) as open_count,
    sum(closing_amount) as open_amount
from marts.fct_pipeline_waterfall_by_period
where
    period_kind = 'month' and basis = 'all_open' and closing_count > 0
    and period_start = (
        select max(period_start) from marts.fct_pipeline_waterfall_by_period
        where period_kind = 'month' and basis = 'all_open' and closing_count > 0
    )
group by funnel, segment, key
order by funnel, segment, key;

-- name: waterfall
select
    waterfall.period_start, waterfall.basis,
    sum(opening_amount) as opening_amount,
    sum(created_amount) as created_amount,
    sum(reopened_amount) as reopened_amount,
    sum(increased_amount) as increased_amount,
    sum(decreased_amount) as decreased_amount,
    sum(pulled_in_amount) as pulled_in_amount,
    sum(pushed_out_amount) as pushed_out_amount,
    sum(won_amount) as won_amount,
    sum(lost_amount) as lost_amount,
    sum(closing_amount) as closing_amount,
    sum(slipped_amount) as slipped_amount,
    sum(pushed_out_amount) filter (period_result = 'pushed_out') as left_amount
from marts.fct_pipeline_waterfall_by_period as waterfall
where period_kind = 'quarter'
group by waterfall.period_start, waterfall.basis
order by waterfall.period_start desc, waterfall.basis
limit 18;

-- name: waterfall_filtered
select
    waterfall.funnel, waterfall.segment, periods.period, 'due' as key,
    sum(opening_amount) as opening_amount,
    sum(created_amount) as created_amount,
    sum(reopened_amount) as reopened_amount,
    sum(increased_amount) as increased_amount,
    sum(decreased_amount) as decreased_amount,
    sum(pulled_in_amount) as pulled_in_amount,
    sum(pushed_out_amount) as pushed_out_amount,
    sum(won_amount) as won_amount,
    sum(lost_amount) as lost_amount,
    sum(closing_amount) as closing_amount
from marts.fct_pipeline_waterfall_by_period as waterfall
inner join periods
    on
        waterfall.period_kind = periods.period
        and waterfall.period_start = periods.first_date
where waterfall.basis = 'due_in_period'
group by waterfall.funnel, waterfall.segment, periods.period
order by all;

-- name: owner_sales
-- What each owner closed in the last quarter that is over and won in the one before, what is asked in
-- the one that is not over, and what is open.
with earlier as (
    select sales.owner_key, sum(sales.won_amount) as earlier_amount
    from marts.kpi_sales_by_period as sales
    inner join periods
        on
            sales.period_kind = periods.period
            and sales.period_start = cast(periods.first_date - interval 3 month as date)
    where sales.period_kind = 'quarter' and sales.revenue_type = 'new'
    group by sales.owner_key
),
targets as (
    select targets.owner_key, sum(targets.target) as next_target
    from marts.kpi_targets_by_period as targets
    inner join open_quarter as quarter on targets.period_start = quarter.period_start
    where
        targets.period_kind = 'quarter' and targets.metric = 'bookings_new'
        and targets.owner_key != 0 and targets.is_total
    group by targets.owner_key
),
closed as (
    select
        sales.owner_key,
        sum(sales.won_amount) filter (sales.revenue_type = 'new') as new_amount,
        sum(sales.won_amount) filter (sales.revenue_type <> 'new') as later_amount,
        sum(sales.won_count) filter (sales.revenue_type = 'new') as won_count,
        sum(sales.won_count + sales.lost_count) filter (
            sales.revenue_type = 'new'
        ) as closed_count,
        sum(sales.won_count) filter (sales.revenue_type = 'renewal') as renewed_count,
        sum(sales.won_count + sales.lost_count) filter (
            sales.revenue_type = 'renewal'
        ) as renewal_count
    from marts.kpi_sales_by_period as sales
    inner join periods
        on sales.period_kind = periods.period and sales.period_start = periods.first_date
    where sales.period_kind = 'quarter'
    group by sales.owner_key
),
open_now as (
    select
        owner_key,
        count(*) as open_count,
        sum(amount) as open_amount,
        sum(amount) filter (expected_close_date < getvariable('as_of_date')) as overdue_amount,
        sum(amount) filter (
            revenue_type = 'new' and expected_close_date >= getvariable('as_of_date')
            and expected_close_date < (
                select quarter.period_start + interval 3 month from open_quarter as quarter
            )
        ) as due_amount
    from marts.dim_opportunities
    where outcome = 'open'
    group by owner_key
)
select
    owners.system, owners.user_id, owners.team,
    coalesce(closed.new_amount, 0) as new_amount,
    coalesce(closed.later_amount, 0) as later_amount,
    coalesce(closed.won_count, 0) as won_count,
    coalesce(closed.closed_count, 0) as closed_count,
    coalesce(closed.renewed_count, 0) as renewed_count,
    coalesce(closed.renewal_count, 0) as renewal_count,
    coalesce(open_now.open_count, 0) as open_count,
    coalesce(open_now.open_amount, 0) as open_amount,
    coalesce(open_now.overdue_amount, 0) as overdue_amount,
    coalesce(open_now.due_amount, 0) as due_amount,
    coalesce(earlier.earlier_amount, 0) as earlier_amount,
    targets.next_target,
    count(*) filter (
        owners.owner_key != 0
        and (closed.owner_key is not null or open_now.owner_key is not null)
    ) over () as owner_count,
    sum(closed.new_amount) over () as whole_new_amount
from marts.dim_owners as owners
left join closed on owners.owner_key = closed.owner_key
left join open_now on owners.owner_key = open_now.owner_key
left join earlier on owners.owner_key = earlier.owner_key
left join targets on owners.owner_key = targets.owner_key
where
    closed.owner_key is not null or open_now.owner_key is not null
    or targets.next_target is not null
order by new_amount desc, open_amount desc, owners.system, owners.user_id
limit 30;

-- name: owner_targets
select
    targets.period_start, targets.metric, targets.metric_name, targets.unit, owners.system,
    owners.user_id, owners.team, targets.target, targets.compared_actual,
    targets.attainment_ratio, targets.is_lower_better,
    coalesce((
        select sum(sales.won_amount)
        from marts.kpi_sales_by_period as sales
        where
            sales.owner_key = targets.owner_key and sales.period_kind = 'quarter'
            and sales.period_start = targets.period_start
    ), 0) as won_amount
from marts.kpi_targets_by_period as targets
inner join marts.dim_owners as owners on targets.owner_key = owners.owner_key
where
    targets.owner_key != 0 and targets.period_kind = 'quarter' and targets.is_total
    and targets.is_complete
    and targets.attainment_ratio is not null
order by
    targets.period_start desc, targets.metric_name, targets.attainment_ratio, owners.system,
    owners.user_id
limit 200;

-- name: team_targets
select
    period_start, team, metric, metric_name, unit, target, compared_actual, attainment_ratio
from marts.kpi_targets_by_period
where
    owner_key = 0 and team not in ('none', 'all') and period_kind = 'quarter' and is_total
    and is_complete and attainment_ratio is not null
order by period_start desc, metric_name, team
limit 60;

-- name: slippage
with

due as (
    select
        period_kind, period_start,
        sum(opening_amount) as due_amount,
        sum(slipped_amount) as slipped_amount,
        sum(opening_amount) filter (is_opening_commit) as commit_amount,
        sum(slipped_amount) filter (is_opening_commit) as commit_slipped_amount,
        sum(won_amount) filter (is_opening_commit) as commit_won_amount,
        sum(lost_amount) filter (is_opening_commit) as commit_lost_amount
    from marts.fct_pipeline_waterfall_by_period
    where period_kind in ('quarter', 'month') and basis = 'due_in_period'
    group by period_kind, period_start
),

moves as (
    select
        due.period_kind, due.period_start,
        count(*) as push_count,
        median(changes.moved_days) as median_pushed_days
    from (
        select
            period_kind, period_start,
            lead(period_start) over (partition by period_kind order by period_start) as next_start
        from due
    ) as due
    inner join marts.fct_opportunity_changes as changes
        on
            changes.change_date >= due.period_start
            and (changes.change_date < due.next_start or due.next_start is null)
    where changes.moved_days > 0
    group by due.period_kind, due.period_start
)

select
    due.*,
    coalesce(moves.push_count, 0) as push_count,
    moves.median_pushed_days
from due
left join moves
    on due.period_kind = moves.period_kind and due.period_start = moves.period_start
order by due.period_start desc, due.period_kind
limit 40;

-- name: slippage_filtered
select
    funnel, segment, period_kind || '|' || period_start as key,
    sum(opening_amount) as due_amount,
    sum(slipped_amount) as slipped_amount,
    coalesce(sum(opening_amount) filter (is_opening_commit), 0) as commit_amount,
    coalesce(sum(slipped_amount) filter (is_opening_commit), 0) as commit_slipped_amount,
    coalesce(sum(won_amount) filter (is_opening_commit), 0) as commit_won_amount,
    coalesce(sum(lost_amount) filter (is_opening_commit), 0) as commit_lost_amount
from marts.fct_pipeline_waterfall_by_period
where
    period_kind in ('quarter', 'month') and basis = 'due_in_period'
    and period_start >= getvariable('as_of_date') - 480
group by funnel, segment, key
order by funnel, segment, key;

-- name: waiting_filtered
select
    funnel, segment, stage as key,
    count(*) filter (not is_aged_out) as journey_count,
    coalesce(sum(expected_amount) filter (not is_aged_out), 0) as amount,
    count(*) filter (is_aged_out) as aged_out_count
from marts.worklists
where finding = 'past_time_limit'
group by funnel, segment, key
order by funnel, segment, key;

-- name: losses_filtered
with

losses as (
    select
        funnel, segment, opportunity_key, amount,
        case when revenue_type in ('new', 'renewal') then revenue_type else 'expansion' end
        || '|' || lost_reason as key
    from marts.dim_opportunities
    where outcome = 'lost' and closed_at >= getvariable('as_of_date') - 365
    union all
    select funnel, segment, null, null, 'new|' || exit_reason
    from marts.journey_exits
    where
        exit_type = 'rejected' and is_last and exited_at >= getvariable('as_of_date') - 365
)

select
    funnel, segment, key,
    count(opportunity_key) as opportunity_count,
    sum(amount) as amount,
    count(*) - count(opportunity_key) as rejected_lead_count
from losses
group by funnel, segment, key
order by funnel, segment, key;

-- name: bottlenecks_filtered
select
    funnel, stage as key, open_count, past_limit_count, expected_amount, trapped_amount,
    one_point_gain_amount
from marts.bottlenecks
where not is_total
order by funnel, key;

-- name: waiting
select
    stage, owner_team, finding,
    count(*) filter (not is_aged_out) as journey_count,
    coalesce(sum(expected_amount) filter (not is_aged_out), 0) as amount,
    count(*) filter (is_aged_out) as aged_out_count
from marts.worklists
group by stage, owner_team, finding
order by finding, journey_count desc, stage;

-- name: worklists
-- A customer who waits for onboarding is no lead that waits for an answer: a list of its own.
with lists as (
    select
        worklists.*,
        case
            when stages.planning_node = 'win' and worklists.list_name = 'late_handoffs'
                then 'late_onboardings'
            else worklists.list_name
        end as shown_list
    from marts.worklists as worklists
    left join seeds.lifecycle_stages as stages on worklists.stage = stages.stage
    where not worklists.is_aged_out
),
ranked as (
    select
        *,
        row_number() over (partition by shown_list order by rank_number) as place
    from lists
)
select
    worklists.shown_list as list_name, worklists.place as rank_number, worklists.owner_team, worklists.account_name,
    owners.user_id as owner_user_id,
    case when owners.team not in ('none', 'unknown') then owners.team end as owner_own_team,
    worklists.opportunity_key is not null as has_opportunity,
    opportunities.amount as opportunity_amount, opportunities.expected_close_date,
    opportunities.revenue_type,
    coalesce(
        opportunities.revenue_type = 'expansion'
        and opportunities.created_at < accounts.customer_at, false
    ) as is_left_over,
    worklists.stage, worklists.finding, worklists.exit_reason,
    worklists.funnel, worklists.segment, worklists.amount, worklists.expected_amount,
    worklists.waited_days, cast(worklists.due_at as date) as due_date,
    exists (
        select 1
        from marts.handoffs as handoffs
        inner join seeds.lifecycle_stages as stages
            on
                stages.planning_node = 'win'
                and starts_with(handoffs.step, stages.stage || '_to_')
        where
            handoffs.journey_key = worklists.journey_key
            and handoffs.handoff_result = 'never_worked'
    ) as is_never_onboarded,
    worklists.system,
    worklists.record_id, worklists.record_url
from ranked as worklists
left join marts.dim_owners as owners on worklists.owner_key = owners.owner_key
left join marts.dim_opportunities as opportunities
    on worklists.opportunity_key = opportunities.opportunity_key
left join marts.dim_accounts as accounts on opportunities.account_key = accounts.account_key
-- Markets have a list of their own when the page is filtered; of renewals, the file names all.
qualify
    worklists.place <= 100
    and (
        worklists.place <= 10 or worklists.shown_list = 'renewals_ahead'
        or row_number() over (
            partition by worklists.shown_list, worklists.funnel order by worklists.place
        ) <= 10
    )
order by worklists.shown_list, worklists.place;

-- name: worklist_counts
select
    case
        when stages.planning_node = 'win' and worklists.list_name = 'late_handoffs'
            then 'late_onboardings'
        else worklists.list_name
    end as shown_list,
    count(*) filter (not worklists.is_aged_out) as item_count,
    sum(worklists.expected_amount) filter (not worklists.is_aged_out) as expected_amount,
    count(*) filter (worklists.is_aged_out) as aged_count,
    sum(worklists.amount) filter (worklists.is_aged_out) as aged_amount
from marts.worklists as worklists
left join seeds.lifecycle_stages as stages on worklists.stage = stages.stage
group by shown_list
having count(*) filter (not worklists.is_aged_out) > 0
order by shown_list;

-- name: loss_reasons
with

losses as (
    -- Each lost opportunity once, also where its journey went on; then the leads that were rejected.
    select
        case when revenue_type in ('new', 'renewal') then revenue_type else 'expansion' end as kind,
        opportunity_key, lost_reason as reason, lost_reason_team as owner_team, amount
    from marts.dim_opportunities
    where outcome = 'lost' and closed_at >= getvariable('as_of_date') - 365
    union all
    select 'new', null, exit_reason, reason_team, null
    from marts.journey_exits
    where
        exit_type = 'rejected' and is_last and exited_at >= getvariable('as_of_date') - 365
)

select
    case when count(distinct owner_team) = 1 then min(owner_team) end as owner_team,
    kind, reason,
    count(opportunity_key) as opportunity_count,
    sum(amount) as amount,
    max(amount) as largest_amount,
    count(*) - count(opportunity_key) as rejected_lead_count
from losses
group by kind, reason
order by kind, opportunity_count desc, rejected_lead_count desc, reason;

-- name: exits
select
    exit_type, exit_reason,
    case when count(distinct reason_team) = 1 then min(reason_team) end as reason_team,
    count(*) as exit_count,
    coalesce(sum(lost_mrr_amount), 0) as lost_mrr_amount
from marts.journey_exits
where exit_type in ('churned', 'recycled') and exited_month >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by exit_type, exit_reason
order by exit_type, exit_count desc, exit_reason;

-- name: exits_filtered
select
    exits.funnel, exits.segment, periods.period, exits.exit_type || '|' || exits.exit_reason as key,
    count(*) as exit_count,
    coalesce(sum(lost_mrr_amount), 0) as lost_mrr_amount
from marts.journey_exits as exits
inner join periods
    on exits.exited_at >= periods.first_date and exits.exited_at < periods.next_date
where exits.exit_type in ('churned', 'recycled')
group by exits.funnel, exits.segment, periods.period, key
order by all;

-- name: reasons
select distinct reason from seeds.reason_labels order by reason;

-- name: sales_slices
select
    funnel, segment,
    sum(won_count) as won_count,
    sum(lost_count) as lost_count,
    sum(won_amount) as won_amount
from marts.kpi_sales_by_period
where
    period_kind = 'month' and revenue_type = 'new'
    and period_start >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by funnel, segment
order by funnel, segment;

-- name: countries
-- New business and customers by the country of the account, where people have one.
with opportunities as (
    select
        coalesce(accounts.country, 'unknown') as country,
        count(*) filter (
            opportunities.outcome = 'won' and opportunities.closed_at >= periods.first_date
        ) as won_count,
        count(*) filter (
            opportunities.outcome in ('won', 'lost')
            and opportunities.closed_at >= periods.first_date
        ) as closed_count,
        coalesce(sum(opportunities.won_amount) filter (
            opportunities.outcome = 'won' and opportunities.closed_at >= periods.first_date
        ), 0) as won_amount,
        coalesce(max(opportunities.won_amount) filter (
            opportunities.outcome = 'won' and opportunities.closed_at >= periods.first_date
        ), 0) as largest_won_amount,
        count(*) filter (opportunities.created_at >= periods.first_date) as created_count,
        coalesce(sum(opportunities.amount) filter (opportunities.outcome = 'open'), 0)
            as open_amount
    from marts.dim_opportunities as opportunities
    inner join periods on periods.period = 'year'
    left join marts.dim_accounts as accounts
        on opportunities.account_key = accounts.account_key
    where opportunities.revenue_type = 'new'
    group by all
),
customers as (
    select
        coalesce(accounts.country, 'unknown') as country,
        count(*) as customer_count,
        sum(movements.closing_amount) as closing_amount
    from marts.fct_mrr_movements as movements
    left join marts.dim_accounts as accounts on movements.account_key = accounts.account_key
    where
        movements.closing_amount > 0
        and movements.movement_month = (select max(movement_month) from marts.fct_mrr_movements)
    group by all
)
select
    coalesce(opportunities.country, customers.country) as country,
    coalesce(opportunities.created_count, 0) as created_count,
    coalesce(opportunities.won_count, 0) as won_count,
    coalesce(opportunities.closed_count, 0) as closed_count,
    coalesce(opportunities.won_amount, 0) as won_amount,
    coalesce(opportunities.largest_won_amount, 0) as largest_won_amount,
    coalesce(opportunities.open_amount, 0) as open_amount,
    coalesce(customers.customer_count, 0) as customer_count,
    coalesce(customers.closing_amount, 0) as closing_amount
from opportunities
full join customers on opportunities.country = customers.country
order by won_amount desc, open_amount desc, country;

-- name: renewals
select
    worklists.finding, worklists.funnel,
    cast(date_trunc('month', worklists.due_at) as date) as due_month,
    count(*) as contract_count,
    count(*) filter (worklists.opportunity_key is null) as unprepared_count,
    coalesce(sum(worklists.amount) filter (worklists.opportunity_key is null), 0)
        as unprepared_amount,
    count(*) filter (
        opportunities.expected_close_date > cast(worklists.due_at as date)
    ) as tardy_count,
    coalesce(sum(worklists.amount) filter (
        opportunities.expected_close_date > cast(worklists.due_at as date)
    ), 0) as tardy_amount,
    count(*) filter (opportunities.amount < 0.98 * worklists.amount) as reduced_count,
    sum(worklists.amount) as amount,
    sum(worklists.expected_amount) as expected_amount
from marts.worklists as worklists
left join marts.dim_opportunities as opportunities
    on worklists.opportunity_key = opportunities.opportunity_key
where worklists.list_name = 'renewals_ahead' and not worklists.is_aged_out
group by worklists.finding, worklists.funnel, due_month
order by due_month, amount desc, worklists.funnel;

-- name: renewals_closed
-- Renewals closed in the last twelve months, in the last quarter that is over, and in the one before.
select
    'year' as period,
    sum(won_count) as won_count,
    sum(lost_count) as lost_count,
    sum(won_amount) as won_amount,
    sum(lost_amount) as lost_amount
from marts.kpi_sales_by_period
where
    period_kind = 'month' and revenue_type = 'renewal'
    and period_start >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
union all
select
    case when sales.period_start = periods.first_date then 'quarter' else 'quarter_before' end
        as period,
    sum(sales.won_count) as won_count,
    sum(sales.lost_count) as lost_count,
    sum(sales.won_amount) as won_amount,
    sum(sales.lost_amount) as lost_amount
from marts.kpi_sales_by_period as sales
inner join periods
    on
        sales.period_kind = periods.period
        and sales.period_start in (
            periods.first_date, cast(periods.first_date - interval 3 month as date)
        )
where sales.period_kind = 'quarter' and sales.revenue_type = 'renewal'
group by sales.period_start, periods.first_date
order by period;

-- name: renewal_days
-- How long before its win a renewal was opened, as most people mean it: the median.
with lasted as (
    select median(cycle_days) as median_days
    from marts.dim_opportunities
    where
        outcome = 'won' and revenue_type = 'renewal' and cycle_days is not null
        and closed_at >= getvariable('as_of_date') - 365
)
select
    lasted.median_days,
    count(worklists.worklist_key) as late_count,
    coalesce(sum(worklists.amount), 0) as late_amount
from lasted
left join marts.worklists as worklists
    on
        worklists.list_name = 'renewals_ahead' and not worklists.is_aged_out
        and worklists.finding = 'renewal_due' and worklists.opportunity_key is null
        and cast(worklists.due_at as date)
        < getvariable('as_of_date') + cast(ceil(lasted.median_days) as integer)
group by lasted.median_days;

-- name: renewal_targets
with

targets as (
    select period_start, sum(renewal_target_amount) as target_amount
    from marts.plan_renewals
    group by period_start
),

wins as (
    select period_start, sum(won_amount) as won_amount
    from marts.kpi_sales_by_period
    where period_kind = 'month' and revenue_type = 'renewal'
    group by period_start
)

select targets.period_start, targets.target_amount, coalesce(wins.won_amount, 0) as won_amount
from targets
left join wins on targets.period_start = wins.period_start
where targets.target_amount > 0
order by targets.period_start;

-- name: customer_owners
-- The customers of each owner, who is the one of the account's latest win: what they pay, what is kept
-- of what they paid a year ago, whose contracts end soon, and who left in the last twelve months.
with owned as (
    select account_key, max_by(owner_key, closed_at) as owner_key
    from marts.dim_opportunities
    where outcome = 'won' and account_key is not null and closed_at is not null
    group by account_key
),
paying as (
    select account_key, closing_amount
    from marts.fct_mrr_movements
    where
        movement_month = (select max(movement_month) from marts.fct_mrr_movements)
        and closing_amount > 0
),
year_before as (
    select account_key, opening_amount
    from marts.fct_mrr_movements
    where
        movement_month
        = (select max(movement_month) from marts.fct_mrr_movements) - interval 11 month
        and opening_amount > 0
),
due as (
    select
        account_key,
        count(*) as due_count,
        coalesce(sum(amount), 0) as due_amount,
        count(*) filter (opportunity_key is null) as unprepared_count
    from marts.worklists
    where
        list_name = 'renewals_ahead' and finding = 'renewal_due' and not is_aged_out
        and account_key is not null
    group by account_key
),
lost as (
    select
        account_key,
        count(*) as left_count,
        coalesce(sum(lost_mrr_amount), 0) as left_amount
    from marts.journey_exits
    where
        exit_type = 'churned' and account_key is not null
        and exited_month
        >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
    group by account_key
),
accounts as (
    select account_key from paying
    union
    select account_key from year_before
    union
    select account_key from due
    union
    select account_key from lost
)
select
    owners.system, coalesce(owners.user_id, 'none') as user_id, owners.team,
    count(paying.account_key) as customer_count,
    coalesce(sum(paying.closing_amount), 0) as mrr_amount,
    coalesce(sum(year_before.opening_amount), 0) as year_before_amount,
    count(year_before.account_key) as year_before_count,
    coalesce(sum(
        least(year_before.opening_amount, coalesce(paying.closing_amount, 0))
    ) filter (year_before.account_key is not null), 0) as kept_amount,
    coalesce(sum(due.due_count), 0) as due_count,
    coalesce(sum(due.due_amount), 0) as due_amount,
    coalesce(sum(due.unprepared_count), 0) as unprepared_count,
    coalesce(sum(lost.left_count), 0) as left_count,
    coalesce(sum(lost.left_amount), 0) as left_amount,
    count(*) over () as owner_count,
    sum(sum(paying.closing_amount)) over () as whole_mrr_amount,
    sum(sum(lost.left_amount)) over () as whole_left_amount
from accounts
left join owned on accounts.account_key = owned.account_key
left join marts.dim_owners as owners on owned.owner_key = owners.owner_key
left join paying on accounts.account_key = paying.account_key
left join year_before on accounts.account_key = year_before.account_key
left join due on accounts.account_key = due.account_key
left join lost on accounts.account_key = lost.account_key
group by owners.system, owners.user_id, owners.team
order by mrr_amount desc, due_amount desc, owners.system, user_id
limit 30;

-- name: renewals_filtered
select
    funnel, segment,
    cast(date_trunc('month', due_at) as date) || '|' || funnel || '|' || finding as key,
    count(*) as contract_count,
    count(*) filter (opportunity_key is null) as unprepared_count,
    sum(amount) as amount,
    sum(expected_amount) as expected_amount
from marts.worklists
where list_name = 'renewals_ahead' and not is_aged_out
group by funnel, segment, key
order by all;

-- name: active_customers
select
    period_start,
    sum(closing_customer_count) as customer_count
from marts.kpi_mrr_by_period
where period_kind = 'month'
group by period_start
order by period_start desc
limit 1;

-- name: channel_economics
-- Of the journeys that have had the time to buy; last_month is the last month in which one started.
with starts as (
    select
        cast(date_trunc('month', started_at) as date) as month_start,
        count(*) as journey_count
    from marts.fct_journeys
    where started_at is not null
    group by month_start
),
sums as (
    select month_start, sum(journey_count) over (order by month_start) as journey_count from starts
),
mature as (
    select max(sums.month_start) as last_month
    from sums
    inner join marts.kpi_unit_economics_by_slice as economics
        on economics.slice_name = 'all' and sums.journey_count <= economics.journey_count
),
bought as (
    select
        case when grouping(journeys.first_channel) = 1 then 'all' else journeys.first_channel end
            as channel,
        count(*) as customer_count
    from marts.fct_journeys as journeys
    inner join mature on journeys.started_at < mature.last_month + interval 1 month
    where journeys.is_qualified_lead and journeys.has_win
    group by grouping sets ((journeys.first_channel), ())
)
select
    economics.slice_name, economics.slice_value as channel, economics.lead_count,
    economics.customer_count, economics.spend_amount, economics.paid_cac_amount,
    economics.full_cac_amount, economics.full_payback_months, economics.full_cac_status,
    economics.arpa_amount, economics.ltv_amount, economics.horizon_ltv_amount,
    economics.ltv_to_paid_cac_ratio, economics.paid_payback_months,
    economics.ltv_to_full_cac_ratio, economics.empty_reason,
    economics.status, economics.has_own_churn_rate, economics.is_mature,
    coalesce(bought.customer_count, 0) as bought_lead_count, mature.last_month
from marts.kpi_unit_economics_by_slice as economics
cross join mature
left join bought
    on
        bought.channel
        = case economics.slice_name when 'all' then 'all' else economics.slice_value end
where economics.slice_name in ('channel', 'all')
order by economics.slice_name = 'all', economics.customer_count desc, economics.slice_value;

-- name: campaigns
-- A campaign's new business is that of the persons who first came by it; renewals and expansion are
-- what is left of all that it led to.
with created as (
    select opportunity_key, sum(created_amount) as created_amount
    from marts.fct_pipeline_waterfall_by_period
    where
        period_kind = 'month' and basis = 'all_open' and revenue_type = 'new'
        and period_start >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
    group by opportunity_key
),
new_business as (
    select
        journeys.first_channel as channel, journeys.first_campaign as campaign,
        coalesce(sum(created.created_amount), 0) as created_amount,
        max(opportunities.won_amount) filter (
            opportunities.closed_at < getvariable('as_of_date')
            and opportunities.closed_at
            >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
        ) as largest_won_amount,
        coalesce(sum(opportunities.won_amount) filter (
            opportunities.outcome = 'won' and opportunities.closed_at < getvariable('as_of_date')
            and opportunities.closed_at
            >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
        ), 0) as won_amount,
        coalesce(sum(opportunities.amount) filter (
            opportunities.outcome = 'open'
        ), 0) as open_amount
    from marts.dim_opportunities as opportunities
    inner join marts.fct_journeys as journeys
        on opportunities.journey_key = journeys.journey_key
    left join created on opportunities.opportunity_key = created.opportunity_key
    where opportunities.revenue_type = 'new'
    group by all
)
select
    campaigns.channel, campaigns.campaign,
    sum(campaigns.spend_amount) as spend_amount,
    sum(campaigns.lead_count) as lead_count,
    sum(campaigns.mql_count) as mql_count,
    sum(campaigns.sql_count) as sql_count,
    sum(campaigns.customer_count) as customer_count,
    sum(campaigns.influenced_opportunity_count) as influenced_opportunity_count,
    sum(campaigns.sourced_pipeline_amount) as sourced_pipeline_amount,
    sum(campaigns.sourced_won_amount) as sourced_won_amount,
    coalesce(max(new_business.created_amount), 0) as new_created_amount,
    coalesce(max(new_business.won_amount), 0) as new_won_amount,
    coalesce(max(new_business.largest_won_amount), 0) as largest_won_amount,
    coalesce(max(new_business.open_amount), 0) as new_open_amount
from marts.kpi_campaigns as campaigns
left join new_business
    on
        campaigns.channel = new_business.channel
        and campaigns.campaign = new_business.campaign
where
    campaigns.month_start > date_trunc('month', getvariable('as_of_date') - 1) - interval 12 month
    and campaigns.campaign <> 'unknown'
group by campaigns.channel, campaigns.campaign
having
    sum(campaigns.spend_amount) <> 0
    or sum(campaigns.lead_count + campaigns.mql_count + campaigns.sql_count) > 0
    or sum(campaigns.customer_count) > 0
    or sum(campaigns.sourced_pipeline_amount) <> 0
    or sum(campaigns.sourced_won_amount) <> 0
order by new_won_amount desc, new_created_amount desc, spend_amount desc, campaigns.campaign
limit 15;

-- name: campaign_touches
-- The campaigns of the last twelve months by which no lead came first: they touched people who had come
-- another way.
select
    campaign, channel,
    sum(influenced_opportunity_count) as influenced_opportunity_count,
    count(*) over () as campaign_count
from marts.kpi_campaigns
where
    month_start > date_trunc('month', getvariable('as_of_date') - 1) - interval 12 month
    and campaign <> 'unknown'
group by channel, campaign
having
    sum(influenced_opportunity_count) > 0 and coalesce(sum(spend_amount), 0) = 0
    and sum(lead_count + mql_count + sql_count + customer_count) = 0
    and coalesce(sum(sourced_pipeline_amount), 0) = 0 and coalesce(sum(sourced_won_amount), 0) = 0
order by influenced_opportunity_count desc, campaign;

-- name: costs_before
-- What the channels cost in the twelve months before the last twelve.
select
    channel,
    sum(spend_amount) as spend_amount,
    sum(customer_count) as customer_count
from marts.kpi_campaigns
where
    month_start > date_trunc('month', getvariable('as_of_date') - 1) - interval 24 month
    and month_start <= date_trunc('month', getvariable('as_of_date') - 1) - interval 12 month
group by channel
order by channel;

-- name: costs
with counts as (
    select
        channel, month_start, spend_amount, lead_count, mql_count, sql_count,
        0 as opportunity_count, customer_count
    from marts.kpi_campaigns
    union all
    select
        channel, cast(date_trunc('month', created_at) as date), 0, 0, 0, 0, 1, 0
    from marts.dim_opportunities
    where revenue_type = 'new'
)
select
    case when grouping(month_start) = 1 then channel else 'all' end as channel,
    month_start,
    sum(spend_amount) as spend_amount,
    sum(lead_count) as lead_count,
    sum(mql_count) as mql_count,
    sum(sql_count) as sql_count,
    sum(opportunity_count) as opportunity_count,
    sum(customer_count) as customer_count
from counts
where
    month_start > date_trunc('month', getvariable('as_of_date') - 1) - interval 12 month
    and month_start < getvariable('as_of_date')
group by grouping sets ((channel), (month_start))
order by month_start, spend_amount desc, channel;

-- name: acquisition_by_quarter
-- What new customers cost in the last quarters that are over: ads, and salaries, tools and events where
-- every month of the quarter has them.
with quarters as (
    select period_start, max(actual) filter (metric = 'wins') as win_count
    from marts.kpi_reviews_by_period
    where period_kind = 'quarter' and is_complete and is_total
    group by period_start
    order by period_start desc
    limit 5
),
spend as (
    select month_start, sum(spend_amount) as spend_amount
    from marts.kpi_campaigns
    where has_spend
    group by month_start
),
other_costs as (
    select cast(cost_month as date) as cost_month, sum(amount) as other_amount
    from seeds.acquisition_costs
    group by cost_month
)
select
    quarters.period_start, quarters.win_count,
    (
        select sum(spend.spend_amount) from spend
        where
            spend.month_start >= quarters.period_start
            and spend.month_start < quarters.period_start + interval 3 month
    ) as spend_amount,
    (
        select case when count(*) = 3 then sum(other_costs.other_amount) end from other_costs
        where
            other_costs.cost_month >= quarters.period_start
            and other_costs.cost_month < quarters.period_start + interval 3 month
    ) as other_amount
from quarters
order by quarters.period_start desc;

-- name: campaign_totals
select
    sum(opportunities.won_amount) as won_amount,
    sum(opportunities.won_amount) filter (
        coalesce(journeys.first_campaign, 'unknown') = 'unknown'
    ) as unknown_won_amount,
    sum(opportunities.won_amount) filter (
        coalesce(journeys.first_channel, 'unknown') = 'unknown'
    ) as channelless_won_amount
from marts.dim_opportunities as opportunities
left join marts.fct_journeys as journeys on opportunities.journey_key = journeys.journey_key
where
    opportunities.outcome = 'won' and opportunities.revenue_type = 'new'
    and opportunities.closed_at < getvariable('as_of_date')
    and opportunities.closed_at
    >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month;

-- name: attribution
-- New business apart from renewals and expansion, which follow the first sale whatever touched it.
select
    case when revenue_type = 'new' then 'new' else 'later' end as kind,
    channel,
    coalesce(sum(credited_amount) filter (attribution_model = 'first_touch'), 0) as first_amount,
    coalesce(sum(credited_amount) filter (attribution_model = 'linear'), 0) as linear_amount,
    coalesce(sum(credited_amount) filter (attribution_model = 'last_touch'), 0) as last_amount
from marts.kpi_attribution_by_model
where closed_at >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by kind, channel
having first_amount <> 0 or linear_amount <> 0 or last_amount <> 0
order by kind desc, linear_amount desc, channel;

-- name: attribution_filtered
select
    credits.funnel, credits.segment, periods.period,
    case when credits.revenue_type = 'new' then 'new' else 'later' end || '|' || credits.channel
        as key,
    coalesce(sum(credited_amount) filter (attribution_model = 'first_touch'), 0) as first_amount,
    coalesce(sum(credited_amount) filter (attribution_model = 'linear'), 0) as linear_amount,
    coalesce(sum(credited_amount) filter (attribution_model = 'last_touch'), 0) as last_amount
from marts.kpi_attribution_by_model as credits
inner join periods
    on credits.closed_at >= periods.first_date and credits.closed_at < periods.next_date
group by credits.funnel, credits.segment, periods.period, key
order by all;

-- name: mrr_filtered
select
    funnel, segment, cast(period_start as text) as key,
    sum(opening_amount) as opening_amount,
    sum(new_amount) as new_amount,
    sum(reactivation_amount) as reactivation_amount,
    sum(expansion_amount) as expansion_amount,
    sum(contraction_amount) as contraction_amount,
    sum(churn_amount) as churn_amount,
    sum(closing_amount) as closing_amount,
    sum(churned_customer_count) as churned_customer_count,
    sum(closing_customer_count) as closing_customer_count
from marts.kpi_mrr_by_period
where period_kind = 'month' and period_start >= getvariable('as_of_date') - 400
group by funnel, segment, key
order by funnel, segment, key;

-- name: mrr_of_quarter
-- How many customers are behind the movements of the last quarter that is over, and the largest.
select
    count(distinct movements.account_key) filter (movements.expansion_amount > 0)
        as expanded_count,
    count(distinct movements.account_key) filter (movements.contraction_amount > 0)
        as reduced_count,
    max(movements.new_amount) as largest_new_amount
from marts.fct_mrr_movements as movements
inner join periods
    on
        periods.period = 'quarter' and movements.movement_month >= periods.first_date
        and movements.movement_month < periods.next_date
having count(*) > 0;

-- name: mrr_by_quarter
-- Movements of recurring revenue by quarter: the sums of its months.
select
    mrr.funnel, mrr.segment, cast(quarters.period_start as text) as key,
    sum(mrr.opening_amount) filter (
        mrr.period_start = quarters.period_start
    ) as opening_amount,
    sum(mrr.new_amount) as new_amount,
    sum(mrr.reactivation_amount) as reactivation_amount,
    sum(mrr.expansion_amount) as expansion_amount,
    sum(mrr.contraction_amount) as contraction_amount,
    sum(mrr.churn_amount) as churn_amount,
    sum(mrr.closing_amount) filter (
        mrr.period_start = quarters.period_start + interval 2 month
    ) as closing_amount,
    sum(mrr.churned_customer_count) as churned_customer_count,
    sum(mrr.closing_customer_count) filter (
        mrr.period_start = quarters.period_start + interval 2 month
    ) as closing_customer_count
from marts.kpi_mrr_by_period as mrr
inner join closed_quarters as quarters
    on
        mrr.period_start >= quarters.period_start
        and mrr.period_start < quarters.period_start + interval 3 month
where mrr.period_kind = 'month'
group by mrr.funnel, mrr.segment, quarters.period_start
order by all;

-- name: retention_cohorts
-- Customers by the half year in which they began, at each six months of age: only where all of the half
-- year are old enough.
with halves as (
    select
        make_date(year(cohort_month), case when month(cohort_month) < 7 then 1 else 7 end, 1)
            as half_start,
        age_month_count, customer_count, retained_count, starting_amount, closing_amount,
        retained_amount
    from marts.kpi_retention
),
sizes as (
    select half_start, sum(customer_count) as size_count
    from halves
    where age_month_count = 0
    group by half_start
)
select
    halves.half_start, halves.age_month_count, sizes.size_count,
    sum(halves.customer_count) as customer_count,
    sum(halves.retained_count) as retained_count,
    sum(halves.starting_amount) as starting_amount,
    sum(halves.closing_amount) as closing_amount,
    sum(halves.retained_amount) as retained_amount
from halves
inner join sizes on halves.half_start = sizes.half_start
where halves.age_month_count in (0, 6, 12, 18, 24)
group by halves.half_start, halves.age_month_count, sizes.size_count
having sum(halves.customer_count) = sizes.size_count
order by halves.half_start desc, halves.age_month_count;

-- name: retention_filtered
select
    funnel, segment, cast(age_month_count as text) as key,
    sum(customer_count) as customer_count,
    sum(retained_count) as retained_count,
    sum(starting_amount) as starting_amount,
    sum(closing_amount) as closing_amount,
    sum(retained_amount) as retained_amount
from marts.kpi_retention
where age_month_count <= 24
group by funnel, segment, key
order by funnel, segment, key;

-- name: scorecard_filtered
select
    funnel, stage as key,
    sum(qualified_count) as qualified_count,
    sum(advanced_count) as advanced_count,
    sum(open_count) as open_count,
    sum(customer_count) as customer_count,
    sum(cohort_new_amount + cohort_expansion_amount + cohort_renewal_amount) as cohort_amount,
    sum(booked_amount) as booked_amount,
    sum(target_amount) as target_amount
from marts.kpi_scorecard_by_period
inner join periods
    on
        periods.period = 'quarter' and kpi_scorecard_by_period.period_kind = 'quarter'
        and kpi_scorecard_by_period.period_start = periods.first_date
group by funnel, key
order by funnel, key;

-- name: mrr
select
    period_start,
    sum(opening_amount) as opening_amount,
    sum(new_amount) as new_amount,
    sum(reactivation_amount) as reactivation_amount,
    sum(expansion_amount) as expansion_amount,
    sum(contraction_amount) as contraction_amount,
    sum(churn_amount) as churn_amount,
    sum(closing_amount) as closing_amount,
    sum(churned_customer_count) as churned_customer_count,
    sum(closing_customer_count) as closing_customer_count
from marts.kpi_mrr_by_period
where period_kind = 'month'
group by period_start
order by period_start desc
limit 13;

-- name: retention
select
    age_month_count,
    sum(customer_count) as customer_count,
    sum(retained_count) as retained_count,
    sum(starting_amount) as starting_amount,
    sum(closing_amount) as closing_amount,
    sum(retained_amount) as retained_amount
from marts.kpi_retention
where age_month_count <= 24
group by age_month_count
order by age_month_count;

-- name: scorecard
select
    period_start, stage, owner_team,
    sum(qualified_count) as qualified_count,
    sum(advanced_count) as advanced_count,
    sum(open_count) as open_count,
    sum(customer_count) as customer_count,
    sum(cohort_new_amount + cohort_expansion_amount + cohort_renewal_amount) as cohort_amount,
    sum(mrr_amount) as mrr_amount,
    sum(booked_amount) as booked_amount,
    sum(target_amount) as target_amount
from marts.kpi_scorecard_by_period
where
    period_kind = 'quarter'
    and period_start = (
        select max(period_start)
        from marts.kpi_reviews_by_period
        where period_kind = 'quarter' and is_complete
    )
group by period_start, stage, owner_team
order by stage;

-- name: targets
select
    funnel, period_start, is_total, outcome, outcome_name, total_target_amount, new_target_amount,
    won_amount, expected_open_amount, expected_bypass_amount, low_80_bypass_amount,
    high_80_bypass_amount, needed_amount, current_pace_amount, low_80_current_pace_amount, high_80_current_pace_amount,
    reachable_amount, shortfall_amount, weekly_leads, low_80_weekly_leads,
    high_80_weekly_leads, safe_leads, recent_weekly_leads, max_leads, needed_wins, current_pace_hit_probability,
    last_lead_week, advice, advice_team, is_safe_above_max
from marts.plan_targets
where scenario = 'base'
order by is_total desc, funnel, period_start;

-- name: plan_flows
select
    funnel, inflow, node, weeks_ahead, target_days, entry_volume, expected_amount,
    luck_deviation_amount
from marts.plan_flows
order by funnel, inflow, node, weeks_ahead;

-- name: plan_budget
select
    channel, cost_per_lead_amount, spend_elasticity, recent_weekly_leads, planned_leads, planned_week_amount
from marts.plan_budget
where cost_per_lead_amount is not null
order by channel;

-- name: plan_lead_channels
with cutoff as (select min(first_date) as first_date from marts.plan_flows)
select
    journeys.funnel,
    journeys.first_channel as channel,
    count(*) / cast(getvariable('planning_recent_weeks') as double) as weekly_leads
from marts.fct_journeys as journeys
cross join cutoff
where
    journeys.qualified_lead_at < cutoff.first_date
    and journeys.qualified_lead_at
    >= cutoff.first_date - cast(7 * getvariable('planning_recent_weeks') as integer)
group by journeys.funnel, journeys.first_channel
order by journeys.funnel, channel;

-- name: plan_rates
select funnel, from_node, advance_rate, wait_days
from marts.plan_rates
where is_total
order by funnel, from_node;

-- name: plan_weeks
select
    funnel, node, plan_week, plan_days, weeks_ahead, owner_team, planned_volume, open_volume,
    bypass_volume, low_80_volume, high_80_volume, capacity_count
from marts.plan_weeks
where scenario = 'base' and weeks_ahead < 26
order by funnel, plan_week, node;

-- name: levers
select funnel, lever, from_node, lever_rank, gained_amount, low_80_gained_amount, high_80_gained_amount
from marts.plan_levers
order by gained_amount desc, funnel, lever, from_node;

-- name: versions
select definition_version, valid_from, valid_to, summary
from seeds.lead_definition_versions
order by definition_version;

-- name: rules
select definition_version, stage, rule, attribute, operator, value, if_unknown, meaning
from seeds.lead_definition_rules
order by definition_version, stage, rule;

-- name: scores
select definition_version, kind, points
from seeds.lead_definition_scores
order by definition_version, points desc, kind;

-- name: agreements
select definition_version, team, agreed_by, agreed_on
from seeds.lead_definition_agreements
order by definition_version, agreed_on, team;

-- name: worth
select
    definition_version, stage, criterion_kind, criterion, band_lowest_score, meaning, worth_status,
    met_count, met_win_count, unmet_count, unmet_win_count, met_win_rate, unmet_win_rate,
    adjusted_lift_ratio, lower_adjusted_lift_ratio, upper_adjusted_lift_ratio
from marts.definition_lift_by_criterion
order by definition_version, stage, criterion_kind, adjusted_lift_ratio desc nulls last, criterion,
    band_lowest_score;

-- name: backtest
select
    evaluation, definition_version, is_draft, stage,
    sum(qualified_journey_count) as qualified_count,
    sum(qualified_win_count) as won_count,
    sum(entering_count) as entering_count,
    sum(leaving_count) as leaving_count
from marts.definition_backtest
group by evaluation, definition_version, is_draft, stage
order by evaluation, stage;

-- name: labels
select
    system, stage,
    cast(date_trunc('month', recorded_date) as date) as month_start,
    sum(person_count) as person_count,
    coalesce(sum(person_count) filter (is_labelled and is_defined), 0) as agreed_count,
    coalesce(sum(person_count) filter (is_labelled and not is_defined), 0) as labelled_only_count,
    coalesce(sum(person_count) filter (is_defined and not is_labelled), 0) as defined_only_count
from marts.label_agreement_counts
where
    (is_labelled or is_defined)
    and recorded_date < date '9999-12-31'
    and recorded_date >= date_trunc('month', getvariable('as_of_date') - 1) - interval 11 month
group by system, stage, month_start
order by system, stage, month_start;

-- name: source_rows
with tables as (
    select distinct system, source_table, read_count
    from marts.source_reconciliation
    where read_count is not null
),
reads as (select system, sum(read_count) as read_count from tables group by system)
select
    reconciliation.system,
    any_value(reads.read_count) as read_count,
    coalesce(sum(row_count) filter (row_status = 'counted'), 0) as counted_count,
    coalesce(sum(row_count) filter (row_status = 'set_aside'), 0) as set_aside_count,
    coalesce(sum(row_count) filter (row_status = 'quarantined'), 0) as quarantined_count
from marts.source_reconciliation as reconciliation
left join reads on reconciliation.system = reads.system
where reconciliation.read_count is not null
group by reconciliation.system
order by reconciliation.system;

-- name: source_reasons
select
    system, row_status, reason_code,
    count(distinct source_table) as table_count,
    sum(row_count) as row_count
from marts.source_reconciliation
where row_status in ('quarantined', 'set_aside') and read_count is not null
group by system, row_status, reason_code
order by row_status, row_count desc, system, reason_code;

-- name: differences
select
    comparison, category,
    count(*) as record_count,
    sum(amount) as amount,
    sum(other_amount) as other_amount,
    sum(difference_amount) as difference_amount
from marts.record_differences
group by comparison, category
order by comparison, abs(coalesce(sum(difference_amount), 0)) desc, record_count desc, category;

-- name: booking_differences
-- Bookings are summed over all months; recurring revenue is a balance, of which the last month counts.
with last_months as (
    select max(period_start) as last_month
    from marts.booking_reconciliation
    where not is_additive and period_start < getvariable('as_of_date')
),
accounts as (
    select
        differences.comparison, differences.account_key,
        sum(crm_amount) as crm_amount,
        sum(billing_amount) as billing_amount,
        sum(difference_amount) as difference_amount,
        sum(not_linked_amount) as not_linked_amount,
        sum(missing_amount) as missing_amount,
        sum(deleted_amount) as deleted_amount,
        sum(currency_amount) as currency_amount,
        sum(not_due_amount) as not_due_amount,
        sum(timing_amount) as timing_amount,
        sum(mismatch_amount) as mismatch_amount
    from marts.booking_reconciliation as differences
    cross join last_months
    where differences.is_additive or differences.period_start = last_months.last_month
    group by differences.comparison, differences.account_key
)
select
    comparison,
    sum(crm_amount) as crm_amount,
    sum(billing_amount) as billing_amount,
    sum(difference_amount) as difference_amount,
    coalesce(sum(difference_amount - not_due_amount) filter (
        difference_amount - not_due_amount > 0
    ), 0) as more_amount,
    coalesce(-sum(difference_amount - not_due_amount) filter (
        difference_amount - not_due_amount < 0
    ), 0) as less_amount,
    sum(not_linked_amount) as not_linked_amount,
    sum(missing_amount) as missing_amount,
    sum(deleted_amount) as deleted_amount,
    sum(currency_amount) as currency_amount,
    sum(not_due_amount) as not_due_amount,
    sum(timing_amount) as timing_amount,
    sum(mismatch_amount) as mismatch_amount
from accounts
group by comparison
order by comparison;

-- name: accuracy
select
    metric as node, 4 * (weeks_ahead // 4) as weeks_ahead,
    sum(forecast) as planned_volume,
    sum(actual) as actual_count,
    avg(cast(is_in_80_interval as integer)) as coverage_80_rate
from marts.forecast_accuracy
where basis = 'plan'
group by all
order by node, weeks_ahead;

-- name: forecast_accuracy
select
    metric_name, accuracy.owner_team, 4 * (weeks_ahead // 4) as weeks_ahead,
    count(*) as forecast_count,
    sum(error) / nullif(sum(abs(forecast)), 0) as bias,
    median(abs(error) / nullif(abs(actual), 0)) as error_size,
    median(abs(actual - year_before_actual) / nullif(abs(actual), 0)) as year_before_error_size,
    avg(cast(is_in_80_interval as integer)) as coverage_80_rate,
    avg(cast(is_in_95_interval as integer)) as coverage_95_rate
from marts.forecast_accuracy as accuracy
inner join seeds.kpi_list using (metric)
where basis = 'forecast' and is_total and period_kind != 'week'
group by metric_order, metric_name, accuracy.owner_team, 4 * (weeks_ahead // 4)
order by metric_order, weeks_ahead;
