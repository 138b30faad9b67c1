# `make` alone lists what can be made. Python 3.11 or later is all that must be there.

PYTHON ?= python3
REVENUE_FUNNEL_DATABASE ?= warehouse/revenue_funnel.duckdb
export REVENUE_FUNNEL_DATABASE

# The demo company. DEMO=no leaves the database alone: its tables are your own.
DEMO ?= yes
PEOPLE ?= 8000
SEED ?= 7
# The version or draft that `make backtest` sets beside what is in force, and what it parts the figures by.
DRAFT ?= all
BY ?=
# Which models `make test-spark` builds, and which it does not: MODELS=+fct_lifecycle LEAVE_OUT='path:models/intermediate/planning+'.
MODELS ?=
LEAVE_OUT ?=
# Warehouses that are not here, in whose dialects `make test-dialects` reads every model.
DIALECTS ?= snowflake bigquery redshift databricks
# Where the history is backed up: the tables that cannot be rebuilt.
BACKUP ?= backups/history
# How many cells `make test-dirt` spoils.
DIRT ?= 2000
# Vars of the project for this build: VARS='{cutoff: "2026-06-01"}'.
VARS ?= {}

PY := .venv/bin/python
# QUIET=yes: no progress, results and faults only.
QUIET ?= no
FUNNEL := .venv/bin/funnel $(if $(filter yes,$(QUIET)),--quiet)
# What running needs, and what testing and developing need on top of it.
READY := .venv/ready
DEVELOPERS_READY := .venv/ready-for-developers
POSTGRES_READY := .venv/ready-for-postgres
SPARK_READY := .venv/ready-for-spark
SQL := $(wildcard models tests analyses)
# What rendered SQL depends on: while none of it changes, it needs no second look.
SQL_INPUTS := $(shell find $(SQL) macros seeds -name '*.sql' -o -name '*.yml' -o -name '*.csv') \
    .sqlfluff dbt_project.yml profiles.yml
SQL_LINTED := target/lint/sql
# The linter renders SQL on an empty database in memory: it needs no build, and locks none.
SCRATCH := REVENUE_FUNNEL_DATABASE=:memory: REVENUE_FUNNEL_SOURCES= DBT_TARGET_PATH=target/lint DBT_LOG_PATH=target/lint
# What `make test` prints of the build and the unit tests, while it lints and checks.
BESIDE := target/build.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help build test test-builds test-companies test-increments test-dirt test-postgres test-spark test-spark-cluster test-spark-thrift test-dialects lint check unit-test demo summary report digest backtest alerts \
    validate publish rollback docs clean history-backup history-restore

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Each runs the command of the same name; .venv/bin/funnel --help lists their options."

build: $(if $(filter no,$(DEMO)),$(READY),demo) ## build and test the warehouse (of the demo company), print a summary, write the report
	@$(FUNNEL) build --vars '$(VARS)'
	@$(FUNNEL) report --if-changed --vars '$(VARS)'

# Lint, check, build and unit tests run on one core most of the time: two of them at once take half as
# long. What build and unit tests print is shown when lint and check are done.
test: $(DEVELOPERS_READY) ## everything that must hold of the demo company: lint, check, build, unit tests, Python tests
	@mkdir -p target
	@$(MAKE) --no-print-directory unit-test > $(BESIDE) 2>&1 & beside=$$!; \
	trap 'kill $$beside; exit 130' INT TERM; \
	$(MAKE) --no-print-directory lint check || { kill $$beside; wait $$beside; exit 1; }; \
	wait $$beside; code=$$?; cat $(BESIDE); exit $$code
	@$(PY) -m pytest -q --ignore tests/python/builds --ignore tests/python/companies

test-builds: $(DEVELOPERS_READY) ## what takes builds of its own: as of earlier days, spoiled and erased rows, kept rows, stopped builds, other vars
	@$(PY) -m pytest -q tests/python/builds

test-companies: $(DEVELOPERS_READY) ## the same with other companies: projects of their own, other stages and calendars, public data
	@$(PY) -m pytest -q tests/python/companies

test-increments: $(DEVELOPERS_READY) ## compare the tables that keep rows with full builds, over 40 histories of the source tables
	@HISTORIES=40 INCREMENTS=4 $(PY) -m pytest -q tests/python/builds/test_incremental.py

test-dirt: $(DEVELOPERS_READY) ## spoil 2,000 cells and 60 columns and tables of a small company: nothing is lost or wrong in silence (DIRT=2000)
	@$(PY) -m tests.python.dirt --cells '$(DIRT)'

test-postgres: $(POSTGRES_READY) ## build a small company on PostgreSQL, too, and compare every published row with DuckDB's
	@$(PY) -m tests.python.compare_engines

test-spark: $(SPARK_READY) ## build a small company on Spark, too, and compare every published row with DuckDB's; needs Java 17
	@$(PY) -m tests.python.compare_with_spark $(if $(MODELS),--select $(MODELS)) $(if $(LEAVE_OUT),--exclude $(LEAVE_OUT))

test-spark-cluster: $(SPARK_READY) ## on a Spark cluster made here: kill a worker and a driver in mid-build, compare with DuckDB; needs Java 17
	@$(PY) -m tests.python.kill_spark

test-spark-thrift: $(SPARK_READY) ## over a Thrift server on such a cluster: build a part, compare with DuckDB; needs Java 17
	@$(PY) -m tests.python.build_over_thrift

test-dialects: $(DIALECTS:%=.venv/dialects/%/ready) ## compile every model for warehouses that are not here, and parse it in their dialects
	@$(FUNNEL) demo --people 150 --out target/dialects/demo --database target/dialects/sources.duckdb
	@code=0; for dialect in $(DIALECTS); do \
	    .venv/dialects/$$dialect/bin/python tests/python/parse_for_others.py $$dialect target/dialects/sources.duckdb || code=1; \
	done; exit $$code

lint: $(DEVELOPERS_READY) ## style of SQL, YAML and Python; needs no warehouse
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m yamllint --strict .
	@$(MAKE) --no-print-directory $(SQL_LINTED)

check: $(DEVELOPERS_READY) ## architecture: layers, names, contracts; needs no warehouse
	@$(FUNNEL) check

unit-test: build ## dbt's unit tests: each branch of the models on rows written by hand
	@$(FUNNEL) unit-test $(if $(filter no,$(DEMO)),--own-data) --vars '$(VARS)'

demo: $(READY) ## generate the demo company and load it (PEOPLE=8000 SEED=7)
	@$(FUNNEL) demo --people $(PEOPLE) --seed $(SEED)

summary: $(READY) ## print a summary of the last build
	@$(FUNNEL) summary

report: $(READY) ## write warehouse/report.html, the page for reviews; opens without a network
	@$(FUNNEL) report --vars '$(VARS)'

backtest: build ## compare what each version of the lead definition, and each draft, would have counted (DRAFT=3 BY=funnel)
	@$(FUNNEL) backtest --draft '$(DRAFT)' $(if $(BY),--by '$(BY)')

digest: $(READY) ## send the first screen of the report to the channels of alerts.yml, once per week
	@$(FUNNEL) digest --vars '$(VARS)'

alerts: $(READY) ## show open alerts, and send the new ones to the channels of alerts.yml
	@$(FUNNEL) alerts

validate: $(READY) ## check that the data still means what was agreed (Great Expectations)
	@$(FUNNEL) validate

publish: $(READY) ## validate the last good build, publish it for readers, and send alerts
	@$(FUNNEL) publish

rollback: $(READY) ## show readers the publication before the present one again (TO=<name of an earlier one>)
	@$(FUNNEL) rollback $(if $(TO),--to '$(TO)')

docs: $(READY) ## make target/docs/index.html: every table and column, opens without a network
	@$(FUNNEL) docs

history-backup: $(READY) ## back up the schema history, which cannot be rebuilt (BACKUP=backups/history)
	@$(FUNNEL) history backup --to '$(BACKUP)'

history-restore: $(READY) ## put the backup of the history into the warehouse (BACKUP=backups/history FORCE=yes)
	@$(FUNNEL) history restore --from '$(BACKUP)' $(if $(filter yes,$(FORCE)),--force)

clean: ## remove what was made here: the warehouse too, but not .venv
	rm -rf target logs warehouse data/demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(SQL_LINTED): $(DEVELOPERS_READY) $(SQL_INPUTS)
	@mkdir -p $(@D)
	@echo "Linting SQL as dbt renders it (about a minute; only when it changed) ..."
	@$(SCRATCH) $(PY) -m tests.python.lint_sql lint --processes 2 --disable-progress-bar $(SQL)
	@touch $@

$(READY): requirements.txt
	@command -v '$(PYTHON)' >/dev/null || { echo "There is no $(PYTHON): install Python 3.11 or later, or say make PYTHON=..." >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: say make PYTHON=python3.11, or a later one" >&2; exit 1; }
	@echo "Making .venv and installing what requirements.txt lists (about a minute) ..."
	@'$(PYTHON)' -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(POSTGRES_READY): $(READY) requirements-postgres.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-postgres.txt
	@touch $@

$(SPARK_READY): $(READY) requirements-spark.txt
	@echo "Installing what requirements-spark.txt lists (half a gigabyte) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-spark.txt
	@touch $@

# Each adapter in an environment of its own, since they do not agree about versions.
.venv/dialects/%/ready: $(READY) requirements-dialects.txt
	@echo "Installing dbt's adapter for $* ..."
	@$(PY) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check $$(grep -E '^(dbt-$*|dbt-core|duckdb|sqlglot)=' requirements-dialects.txt)
	@touch $@

$(DEVELOPERS_READY): $(READY) requirements-dev.txt
	@echo "Installing what requirements-dev.txt lists (about a minute) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@
