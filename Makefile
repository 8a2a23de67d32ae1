# Each target is one script. Start with: make demo
.PHONY: demo test bench fuzz install cluster cluster-stop lint

demo:         ## the main job on real input, on a private cluster; or a system's: make demo SYSTEM=sales_coach
	@SYSTEM=$(SYSTEM) scripts/demo.sh
test:         ## all tests
	@scripts/test.sh
bench:        ## callcoach beside its plpgsql reference
	@scripts/bench.sh
fuzz:         ## each fuzz target for a time: make fuzz SECONDS=300
	@scripts/fuzz.sh $(or $(SECONDS),60)
install:      ## build and install: make install PG_CONFIG=/path/to/pg_config
	@scripts/install.sh
cluster:      ## leave a private cluster with demo data running, and say how to connect
	@SYSTEM=$(SYSTEM) scripts/demo.sh --keep
cluster-stop: ## end it and remove its data
	@scripts/cluster.sh remove demo
lint:         ## rustfmt, clippy
	@scripts/lint.sh
