# Everything is done by gridmap/host, which needs nothing but Python's standard library.
PYTHON ?= python3
HOST_COMMAND = @exec $(PYTHON) -m gridmap.host

.DEFAULT_GOAL := help
.PHONY: help run test lint bench torture notebooks demo stop

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; \
	do printf '  make %-9s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  Settings come from the environment: PORT (8000), HOST (127.0.0.1), DATABASE_URL and'
	@echo '  OWNER_DATABASE_URL (an existing server), GRIDMAP_ENV (development, production). See docs/deploy.md.'

run: ## set up what is missing and serve the city until Ctrl-C
	$(HOST_COMMAND) run

test: ## the whole suite: lint, types, contracts, tests, browser journeys
	$(HOST_COMMAND) test

lint: ## ruff, mypy, import contracts, migrations, Django's deployment check
	$(HOST_COMMAND) lint

bench: ## measure tiles, pages, cases, counts, log, import, conflicts; write docs/benchmarks.md
	$(HOST_COMMAND) bench

torture: ## the long runs: kills, outages, crowds, races, random hands, clock, log, counts, lists, API, who sees what
	$(HOST_COMMAND) torture

notebooks: ## JupyterLab on the planners' notebooks, connected, until Ctrl-C
	$(HOST_COMMAND) notebooks

demo: ## throw the private database away and load the demonstration city afresh
	$(HOST_COMMAND) demo

stop: ## stop a running “make run”
	$(HOST_COMMAND) stop
