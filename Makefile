# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
# Python 3.11 or later and make are all that these commands need. `make` alone lists them.

PYTHON ?= python3
# One more than the cores: some tests wait for what they have killed.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(len(os.sched_getaffinity(0)) + 1)')
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run test check conformita bench lock runtime dev browser

help: ## elenca i comandi
	@echo 'Comandi (make COMANDO):'
	@sed -n 's/^\([a-z]*\):.*## /  \1 - /p' $(MAKEFILE_LIST)
	@echo 'Variabili: PORT (8000), IAM_HOME (.iam), DATABASE_URL (un PostgreSQL esterno),'
	@echo '  IAM_DEMO=0 (senza il mondo simulato), PYTHON (python3)'

run: runtime ## avvia qui tutto il servizio, con il mondo simulato; Ctrl-C lo ferma
	@exec $(BIN)/python -m deploy.local

test: dev browser ## esegue tutte le prove, anche quelle nel browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: dev conformita ## controlla stile, tipi, confini fra i moduli, messa in opera, licenze, conformità
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=sdk $(BIN)/lint-imports
	$(BIN)/python -m deploy.checks
	$(BIN)/reuse lint --quiet

conformita: dev ## prova SPID, CIE ed eIDAS con lo strumento pubblico, e ne stampa i conteggi
	@$(PYTHON) deploy/bootstrap.py spid
	$(BIN)/pytest -rA -s tests/conformita/spid/public_tool.py

bench: dev ## misura tempi di avvio, memoria e velocità
	$(BIN)/python -m bench.run

lock: dev ## risolve le librerie più recenti ammesse, con le loro impronte
	$(COMPILE) requirements-uv.in -o requirements-uv.txt
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-spid.in -o requirements-spid.txt

runtime:
	@$(PYTHON) deploy/bootstrap.py runtime

dev:
	@$(PYTHON) deploy/bootstrap.py dev

browser:
	@$(PYTHON) deploy/bootstrap.py browser
