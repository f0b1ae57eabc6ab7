#!/bin/sh
# Builds the libFuzzer target of JSON and JSON-RPC: Fuzz/JSON/build.sh OUT
# All sources form one module, so that the sanitizers see every one of them.
set -eu
out=${1:?usage: Fuzz/JSON/build.sh OUT}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In one module, importing the other modules is neither possible nor needed.
for file in $(find "$root/Sources/MetisKit/JSON" "$root/Sources/JSONRPC" -name '*.swift'); do
  sed -E '/^(public )?import JSON$/d; s/^public import/import/' "$file" > "$work/$(basename "$file")"
done
cp "$root/Fuzz/JSON/FuzzJSON.swift" "$work/"
swiftc -swift-version 6 -O -whole-module-optimization -parse-as-library \
  -sanitize=fuzzer,address -use-ld=lld -module-name FuzzJSON -o "$out" "$work"/*.swift
