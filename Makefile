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
# Where the history is backed up: the tables that cannot be rebuilt.
BACKUP ?= backups/history
# Vars of the project for this build: VARS='{cutoff: "2026-06-01"}'.
VARS ?= {}

PY := .venv/bin/python
READY := .venv/ready
SQL := $(wildcard models tests analyses)
# What rendered SQL depends on: while none of it changes, it needs no second look.
SQL_INPUTS := $(shell find $(SQL) macros seeds -name '*.sql' -o -name '*.yml' -o -name '*.csv') \
    .sqlfluff dbt_project.yml profiles.yml
SQL_LINTED := target/lint/sql
# The linter renders SQL on an empty database in memory: it needs no build, and locks none.
SCRATCH := REVENUE_FUNNEL_DATABASE=:memory: DBT_TARGET_PATH=target/lint DBT_LOG_PATH=target/lint

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help build test lint check demo summary backtest alerts validate publish clean \
    history-backup history-restore

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(if $(filter no,$(DEMO)),$(READY),demo) ## build and test the warehouse (of the demo company), and print a summary
	@$(PY) -m tools.build --database '$(REVENUE_FUNNEL_DATABASE)' --vars '$(VARS)'
	@$(PY) -m tools.summary --database '$(REVENUE_FUNNEL_DATABASE)'

test: lint check build ## everything that must hold: lint, check, build, and the Python tests
	@$(PY) -m pytest -q

lint: $(READY) ## style of SQL, YAML and Python; needs no warehouse
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m yamllint --strict .
	@$(MAKE) --no-print-directory $(SQL_LINTED)

check: $(READY) ## architecture: layers, names, contracts; needs no warehouse
	@$(PY) -m tools.check

demo: $(READY) ## generate the demo company and load it (PEOPLE=8000 SEED=7)
	@$(PY) -m demo --people $(PEOPLE) --seed $(SEED) --out data/demo
	@$(PY) -m demo.load --from data/demo --database '$(REVENUE_FUNNEL_DATABASE)'

summary: $(READY) ## print a summary of the last build
	@$(PY) -m tools.summary --database '$(REVENUE_FUNNEL_DATABASE)'

backtest: build ## compare what each version of the lead definition, and each draft, would have counted (DRAFT=3 BY=funnel)
	@$(PY) -m tools.backtest --database '$(REVENUE_FUNNEL_DATABASE)' --draft '$(DRAFT)' $(if $(BY),--by '$(BY)')

alerts: $(READY) ## show open alerts, and send the new ones to the channels of alerts.yml
	@$(PY) -m tools.alerts --database '$(REVENUE_FUNNEL_DATABASE)'

validate: $(READY) ## check that the data still means what was agreed (Great Expectations)
	@$(PY) -m tools.expectations --database '$(REVENUE_FUNNEL_DATABASE)'

publish: $(READY) ## validate the last good build, publish it for readers, and send alerts
	@$(PY) -m tools.publish --database '$(REVENUE_FUNNEL_DATABASE)'

history-backup: $(READY) ## back up the schema history, which cannot be rebuilt (BACKUP=backups/history)
	@$(PY) -m tools.history backup --database '$(REVENUE_FUNNEL_DATABASE)' --to '$(BACKUP)'

history-restore: $(READY) ## put the backup of the history into the warehouse (BACKUP=backups/history FORCE=yes)
	@$(PY) -m tools.history restore --database '$(REVENUE_FUNNEL_DATABASE)' --from '$(BACKUP)' $(if $(filter yes,$(FORCE)),--force)

clean: ## remove what was made here: the warehouse too, but not .venv
	rm -rf target logs warehouse data/demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(SQL_LINTED): $(READY) $(SQL_INPUTS)
	@mkdir -p $(@D)
	@echo "Linting SQL as dbt renders it (about a minute; only when it changed) ..."
	@$(SCRATCH) $(PY) -m sqlfluff lint --processes 2 --disable-progress-bar $(SQL)
	@touch $@

$(READY): requirements.txt
	@command -v '$(PYTHON)' >/dev/null || { echo "There is no $(PYTHON): install Python 3.11 or later, or say make PYTHON=..." >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: say make PYTHON=python3.11, or a later one" >&2; exit 1; }
	@echo "Making .venv and installing what requirements.txt lists (about a minute) ..."
	@'$(PYTHON)' -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@
