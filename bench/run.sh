#!/bin/sh
# Measures everything that docs/performance.md speaks of: make bench
set -eu
echo "== live: Collect and bare protobuf lists, on an API server of the lab"
go test -tags bench -run '^$' -bench 'AgainstBareLists' -benchtime 1x -timeout 30m ./internal/collect/kube
echo "== files: JSON dumps and YAML against the decoders of Kubernetes"
go test -run '^$' -bench . -benchtime 5x -timeout 30m ./internal/collect/files
echo "== keys: ConfigMaps without keys against three searches for fixed words"
go test -run '^$' -bench . -benchtime 1x ./internal/keys
echo "== iam: decisions against bare comparison, another engine and path.Match"
go test -run '^$' -bench '^BenchmarkDecide$' -benchtime 3x ./internal/iam
go test -run '^$' -bench . -benchtime 1x ./internal/iam/trust
(cd test/oracle && go test -run '^$' -bench . .)
echo "== manifests, requests and snapshots: whole processes"
go run ./bench
