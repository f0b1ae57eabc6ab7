#!/bin/sh
# Builds the libFuzzer target of the framing of WebSockets: Fuzz/WebSocket/build.sh OUT
set -eu
out=${1:?usage: Fuzz/WebSocket/build.sh OUT}
root=$(cd "$(dirname "$0")/../.." && pwd)
socket=$root/Plugins/HTTPTransport/Engine/WebSocket
swiftc -swift-version 6 -O -whole-module-optimization -parse-as-library \
  -sanitize=fuzzer,address -module-name FuzzWebSocket -o "$out" \
  "$root/Fuzz/WebSocket/FuzzWebSocket.swift" "$socket/UTF8Validator.swift" \
  "$socket/WebSocketFrame.swift" "$socket/WebSocketReader.swift"
