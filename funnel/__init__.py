"""Revenue Funnel's command line and what it runs; the models themselves are SQL in `models/`.

cli            every command, with its options
build          dbt build with progress, and what to do about each test that fails
summary        the page that a build ends with
demo           the demo company, written as its connectors would land it
backtest       versions of the lead definition compared
preview        what reviewed identity overrides would change
alerts         the open alerts, shown and sent
expectations   what the teams agreed about the data, checked with Great Expectations
publish        the file that readers open
history        backup of what no build can make again
check          the architecture of the project, held by rules
mutation       mistakes planted in the models, to measure the tests
benchmarks     figures on simulated companies of known truth
"""
