#!/bin/sh
# Builds the libFuzzer target of JSON Schema and patterns: Fuzz/Schema/build.sh OUT
# All sources form one module, so that the sanitizers see every one of them.
set -eu
out=${1:?usage: Fuzz/Schema/build.sh OUT}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In one module, importing the other modules is neither possible nor needed.
for folder in MetisKit/JSON Patterns JSONSchema; do
  find "$root/Sources/$folder" -name '*.swift' | while read -r file; do
    sed -E '/^(public )?import (JSON|Patterns)$/d; s/^public import/import/' "$file" \
      > "$work/$(basename "$file")"
  done
done
cp "$root/Fuzz/Schema/FuzzSchema.swift" "$work/"
swiftc -swift-version 6 -O -whole-module-optimization -parse-as-library \
  -sanitize=fuzzer,address -use-ld=lld -I "$root/Sources/CPCRE2" -module-name FuzzSchema \
  -o "$out" "$work"/*.swift
