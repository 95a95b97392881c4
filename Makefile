# Kursets kommandoer. Skriv »make help« for at se dem.
# Each target uses the environment in .venv, which is made and kept up to date by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# CPU=1: PyTorch without CUDA. PHOTO may stand before or after »make run«; the command reads it from the environment.
export PHOTO

.DEFAULT_GOAL := help
.PHONY: help run test testlong lab notebooks lint format measure

# The stamp holds the folder that was installed: a course that has been moved is installed again.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

help:  ## Vis denne hjælp
	@echo "Kurset ConvNet-arkitekturer. Kommandoer:"
	@echo
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo
	@echo "Dit eget foto:      PHOTO=ferie.jpg make run"
	@echo "Kun én lektion:     make run LESSON=02   (gælder også lab og notebooks)"
	@echo "Undervisere:        make lab FULL=1   (med løsninger og noter)"

run: $(READY)  ## Kør alle lektioner, og saml dem som sider i runs/
	@$(BIN)/lesson run $(LESSON)

# The notebooks first: they take longest, and none of them is left for a single core in the end.
PYTEST := LESSON_STATIC=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 \
	  --dist=loadfile --durations=25

test: $(READY)  ## Test husene og alle notebooks
	$(PYTEST) --nbval-lax --nbval-current-env --nbval-cell-timeout=300 -m "not long" notebooks tests

testlong: $(READY)  ## Test også det lange: gange i en browser og parametrenes yderste værdier (en halv time)
	$(PYTEST) -m long tests

lab: $(READY)  ## Åbn din egen udgave af kurset i JupyterLab
	@$(BIN)/lesson lab $(if $(FULL),--full) $(LESSON)

notebooks: $(READY)  ## Kør lektionerne igen, og gem deres resultater, klar til commit
	@$(BIN)/lesson notebooks $(LESSON)

lint: $(READY)  ## Kontrollér koden og notebooks, og hvem der importerer hvem
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

format: $(READY)  ## Ret kodens form med ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

measure: $(READY)  ## Mål det, der tager for lang tid til at være en test
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done
	@$(BIN)/python -m lesson_staff.fingerprint $(patsubst data/measurements/%.csv,%,$(wildcard data/measurements/*.csv))

$(READY): pyproject.toml constraints.txt install.py
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || rm -rf $(VENV)
	@$(PYTHON) install.py $(if $(CPU),--cpu)
	@echo "$(CURDIR)" > $@
