# Every target sets up what it needs first; that takes a moment once and nothing afterwards.
PORT ?= 8000
PYTHON ?= python3
MINUTES ?= 40
PARTS ?= live
SEED ?=
MAILS ?= 1000
KILLS ?= 100
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run demo test campaign-live campaign-mail lint format messages lock bench-live

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name says; do printf '  make %-14s %s\n' "$$name" "$$says"; done

setup: ## Install everything into this folder
	@$(PYTHON) scripts/setup.py

run: setup ## Serve Flamingo on http://127.0.0.1:8000 (another port: make run PORT=8137)
	@$(PY) manage.py serve --port $(PORT)

demo: setup ## Load the two demo workshops, to look around in
	@$(PY) manage.py demo

test: setup ## Run the whole suite
	@$(PY) scripts/test.py

campaign-live: setup ## Write and break things for a while, and see that no word is lost (MINUTES=40 PARTS=live,fuzz,frames SEED=…)
	@$(PY) -m tests.campaigns --minutes $(MINUTES) --parts $(PARTS) $(if $(SEED),--seed $(SEED))

campaign-mail: setup ## Send mail while everything dies, and see that none is lost and no digest comes twice (MAILS=1000 KILLS=100 SEED=…)
	@$(PY) -m tests.campaigns.mail --mails $(MAILS) --kills $(KILLS) $(if $(SEED),--seed $(SEED))

lint: setup ## Run the linters and check who may import whom
	@$(PY) scripts/lint.py

format: setup ## Lay out the source
	@$(PY) scripts/lint.py --fix

messages: setup ## Bring the translations up to date with the source
	@$(PY) scripts/messages.py update

lock: setup ## Choose newer versions of everything Flamingo is built from
	@$(PY) scripts/lock.py

bench-live: setup ## Measure live drafting beside Hocuspocus (some rows, quickly: make bench-live ROWS="22 join" QUICK=1)
	@$(PY) -m bench.live $(ROWS) $(if $(QUICK),--quick) $(if $(TRACE),--trace $(TRACE))
