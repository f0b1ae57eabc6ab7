#!/bin/sh
# Builds the libFuzzer target of the HTTP parse path: Fuzz/HTTP/build.sh OUT
# Sanitizers see llhttp's C and our Swift.
set -eu
out=${1:?usage: Fuzz/HTTP/build.sh OUT}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for file in api http llhttp; do
  clang -O1 -g -fsanitize=fuzzer-no-link,address -I/usr/share/include/llhttp \
    -c "$root/Sources/CLLHTTP/$file.c" -o "$work/$file.o"
done
cat > "$work/module.modulemap" <<END
module CLLHTTP { header "$root/Sources/CLLHTTP/include/CLLHTTP.h" export * }
END
engine=$root/Plugins/HTTPTransport/Engine
swiftc -swift-version 6 -O -whole-module-optimization -parse-as-library \
  -sanitize=fuzzer,address -module-name FuzzHTTP -o "$out" \
  -Xcc -fmodule-map-file="$work/module.modulemap" \
  "$root/Fuzz/HTTP/FuzzHTTP.swift" "$engine/Refusal.swift" "$engine/ParserLimits.swift" \
  "$engine/RequestParser.swift" "$engine/ParserCallbacks.swift" "$engine/RequestRules.swift" \
  "$engine/ParserPool.swift" "$engine/RequestReader.swift" \
  "$engine/WebSocket/WebSocketRules.swift" \
  "$work/api.o" "$work/http.o" "$work/llhttp.o"
