"""The report: one HTML file of the last build that opens from disk, without a network.

    command.py     writes the file
    queries.sql    everything that is read, one named query per part of the page
    read.py        runs the queries on the built database, read-only
    blocks.py      what a page is made of: sections, blocks, tables, switches
    words.py       numbers, dates and names for people
    company.py     what every section needs: names of teams and stages, caveats, the last period
    leadership.py  the first screen, whose numbers are in tiles.py
    meeting.py     what the teams go through together. Parts of it: review.py, worklists.py,
                   losses.py, leavers.py; pipeline.py, owners.py, customers.py, retention.py,
                   renewals.py; definitions.py, cohorts.py, handoffs.py; new_business.py,
                   slices.py, channels.py, scorecard.py
    filters.py     the sums by market, segment and period that the page fills tables from
    ground.py      what the numbers stand on: definition, labels, data quality, glossary
    planner.py     the numbers of the plan that the page calculates with
    charts.py      Altair charts as SVG; the page's style colours them
    page.py        puts sections into templates/
    digest.py      the first screen as a message

Example: `funnel.report.command.write_report(Path("warehouse/revenue_funnel.duckdb"))` reads the
query `bottlenecks`, `meeting.py` makes a block of it whose title is what it shows, and `page.py`
prints the block with the name of its table and its rows as a CSV file.

Altair and vl-convert are imported by charts.py alone, and only when a report is made.
"""
