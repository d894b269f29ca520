# Podpass. "make help" lists the targets.
GO      ?= go
BIN     := bin/podpass
SHORT   ?=
FUZZTIME ?= 30s
export CGO_ENABLED ?= 0

.PHONY: help build test check lab bench fuzz demo demo-cluster generate install clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/podpass
	$(GO) build -o $(BIN) ./cmd/podpass

test: ## run all tests, also on a real Kubernetes, another IAM engine, Terraform's parser and kustomize (SHORT=1: not these)
ifeq ($(SHORT),)
	@$(MAKE) --no-print-directory lab
	PODPASS_LAB=required $(GO) test -timeout 20m ./...
	cd test/oracle && $(GO) test ./...
	cd test/exports && $(GO) test ./...
else
	@echo "SHORT=1: the tests on a real Kubernetes, another IAM engine, and of exports by those who read them are left out"
	PODPASS_LAB=off $(GO) test ./...
endif

check: ## vet, linters, tidy modules, race tests, known vulnerabilities
	@test -z "$$(gofmt -l bench ci cmd internal lab test)" || { gofmt -l bench ci cmd internal lab test; echo "run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	$(GO) mod tidy -diff
	cd tools && $(GO) mod tidy -diff
	cd lab/kubernetes && $(GO) mod tidy -diff
	cd test/oracle && $(GO) mod tidy -diff && $(GO) vet ./...
	cd test/exports && $(GO) mod tidy -diff && $(GO) vet ./...
	PODPASS_LAB=off CGO_ENABLED=1 $(GO) test -race ./...
	@sh tools/govulncheck.sh

lab: ## build the Kubernetes that tests and demo-cluster run on, once
	@$(GO) run ./internal/lab/build

bench: build lab ## measure speed and memory against baselines of the same run
	sh bench/run.sh

fuzz: ## run every fuzz target for FUZZTIME (30s)
	sh tools/fuzz.sh $(FUZZTIME)

demo: build ## audit the sample shop, mend it, audit it again: no Kubernetes needed
	@sh examples/tour.sh $(BIN)

demo-cluster: build lab ## the same on a real API server
	@$(GO) run ./internal/lab/run -- sh examples/tour-cluster.sh $(BIN)

generate: ## write docs/rules, docs/cli, figures and golden files anew
	$(GO) test ./internal/audit ./internal/choices ./internal/cli ./internal/collect/references ./internal/export ./internal/iam/trust ./internal/keys ./internal/report -run 'Generated|Golden' -update

install: ## install podpass and the kubectl plugin into $GOBIN
	$(GO) install -trimpath ./cmd/podpass
	ln -sf podpass "$$($(GO) env GOBIN | grep . || echo $$($(GO) env GOPATH)/bin)/kubectl-podpass"

clean: ## remove what was built here, not the cached Kubernetes
	rm -rf bin
