module build/grafana

go 1.25.0

tool github.com/google/wire/cmd/wire

// Copied and built as the main module, with its own go.mod and go.sum; this line pins its hash.
require github.com/grafana/grafana v1.9.2-0.20230609164553-81d85ce8028d

require (
	github.com/google/subcommands v1.2.0 // indirect
	github.com/google/wire v0.7.0 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	golang.org/x/mod v0.20.0 // indirect
	golang.org/x/sync v0.8.0 // indirect
	golang.org/x/tools v0.24.1 // indirect
)
