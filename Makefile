# `make run` needs Python 3.11 or newer with venv, and make; nothing else has to be installed.

.DEFAULT_GOAL := help
ifndef BESIDE # set where `make test` has the tests run beside the other checks
.NOTPARALLEL:
endif

PY := .venv/bin/python
NODE := scripts/node.sh
# One more than there are cores: some tests wait for time to pass.
PYTEST := $(PY) -m pytest --numprocesses $(shell expr $$(nproc) + 1) --maxprocesses 8

# Where containers set it, each of the many processes would compile all modules anew: seconds instead of one.
unexport PYTHONDONTWRITEBYTECODE

# Without a home folder that can be written, caches go into the virtual environment.
export HOME := $(shell test -d "$$HOME" && test -w "$$HOME" && echo "$$HOME" || echo "$(CURDIR)/.venv/home")

BENCHES := bench-codecs bench-frames bench-serving bench-jobs bench-stream bench-batch bench-uploads bench-search bench-inline bench-live bench-metrics bench-scrape

.PHONY: help run test pytest others check venv venv-dev bundle bundle-dev system-packages lint types imports \
	migrations frontend-tests bench $(BENCHES) fuzz install-cli lock clean

help: ## Show this.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: venv bundle ## Start everything; PORT=8000 and DATA_DIR=./var can be given.
	@exec $(PY) -m config.services.supervisor --follow-parent

test: system-packages lint bundle-dev ## All that CI runs; ARGS go to pytest.
	@$(MAKE) --no-print-directory --jobs 2 BESIDE=yes pytest others

others: types imports migrations frontend-tests

pytest: bundle-dev
	@$(PYTEST) $(ARGS)

check: lint types imports bundle-dev ## The quick part of it.
	@$(PYTEST) -m "not slow" $(ARGS)

venv:
	@scripts/venv.sh

venv-dev:
	@scripts/venv.sh dev

bundle: venv
	@scripts/bundle.sh

bundle-dev: venv-dev
	@scripts/bundle.sh dev

system-packages:
	@scripts/system-packages.sh

lint: venv-dev
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

types: venv-dev
	@$(PY) -m mypy .

imports: venv-dev
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

migrations: venv-dev
	@$(PY) -W ignore manage.py makemigrations --check --dry-run

frontend-tests: bundle-dev
	@$(NODE) npm run --silent types
	@$(NODE) npm run --silent test

# Settings want a key, and these need no true one.
types migrations: export SECRET_KEY := of-no-use

bench: venv-dev ## Measure the engine beside its peers on the files of the folder CORPUS.
	@$(PY) -m benchmarks.engine --corpus "$(or $(CORPUS),$(error CORPUS=folder is missing))" $(ARGS)

bench-codecs: ## Measure the codecs, on the files that ARGS name.
bench-frames: ## Measure one large file on one core and on all.
bench-serving: ## Measure the web server.
bench-jobs: ## Measure the jobs.
bench-stream: ## Measure streams beside the command-line zstd.
bench-batch: ## Measure batches of many small and of some large files.
bench-uploads: ## Measure uploads of many small files.
bench-search: ## Measure searches among 100,000 files.
bench-inline: ## Measure small calls by several clients at once.
bench-live: ## Measure the stream of live metrics with 200 clients.
bench-metrics: ## Measure what metrics take of the disk, and how long windows of their history take.
bench-scrape: ## Measure what Prometheus costs, with 200,000 outcomes and as many jobs.
$(BENCHES): bench-%: bundle-dev
	@$(PY) -m benchmarks.$(subst uploads,batch_upload,$*) $(ARGS)

fuzz: venv-dev ## Try mutated streams and archives on every decoder; ARGS say which.
	@$(PY) -m tests.compression.engine.fuzzing $(ARGS)

install-cli: venv ## Put the command `dynacomp` into ~/.local/bin, or into FOLDER.
	@scripts/install-cli.sh $(FOLDER)

lock: venv-dev ## Resolve the requirements anew into constraints.txt.
	@$(PY) scripts/lock.py > constraints.new && mv constraints.new constraints.txt

clean: ## Remove all that was made, except for data.
	rm -rf .venv node_modules frontend/dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
