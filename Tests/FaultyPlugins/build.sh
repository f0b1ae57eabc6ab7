#!/bin/sh
# Builds every plugin of this folder, with its fault, into OUT as <name>.so; against the public
# headers alone. Usage: build.sh OUT
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh OUT}
include="$here/../../Sources/MetisPluginAPI/include"
mkdir -p "$out"
flags="-shared -fPIC -fvisibility=hidden -O1 -Wall -Wextra -Wno-unused-function -Wno-unused-variable -I$include"

for source in "$here"/*.c; do
  # The flags are words of their own.
  clang -std=gnu11 $flags -o "$out/$(basename "$source" .c).so" "$source" -lpthread
done
for source in "$here"/*.cpp; do
  clang++ -std=c++17 $flags -o "$out/$(basename "$source" .cpp).so" "$source"
done

# Versions of the good one for swaps, and of the stateful one for the handover of state.
clang -std=gnu11 $flags -DVERSION=1.1.0 '-DANSWER={"answer":"better"}' -o "$out/good-1.1.so" "$here/good.c"
clang -std=gnu11 $flags -DVERSION=2.0.0 '-DANSWER={"answer":"best"}' -o "$out/good-2.0.so" "$here/good.c"
clang -std=gnu11 $flags -DFLAGS=0 -DID=org.metis.test.kept -o "$out/kept.so" "$here/good.c"
clang -std=gnu11 $flags -DID=org.metis.test.nodelete -Wl,-z,nodelete -o "$out/nodelete.so" "$here/good.c"
clang -std=gnu11 $flags -DID=org.metis.test.child -DREQUIRES=org.metis.test.good '-DRANGE=^1.0.0' -o "$out/child.so" "$here/good.c"
clang -std=gnu11 $flags -DVERSION=1.1.0 -o "$out/stateful-1.1.so" "$here/stateful.c"
clang -std=gnu11 $flags -DVERSION=2.0.0 -DREVISION=2 -o "$out/stateful-revision-2.so" "$here/stateful.c"
clang -std=gnu11 $flags -DVERSION=1.2.0 -DREFUSE -o "$out/stateful-refuses.so" "$here/stateful.c"
clang -std=gnu11 $flags -DVERSION=1.3.0 -DUNSAVABLE -o "$out/stateful-unsavable.so" "$here/stateful.c"

# The puppet in its other kinds.
clang -std=gnu11 $flags -DID=org.metis.test.puppet-single -DPROVIDES=puppet-single -DSTRATEGY_FLAGS=0 -o "$out/puppet-single.so" "$here/puppet.c"
clang -std=gnu11 $flags -DID=org.metis.test.puppet-blocking -DPROVIDES=puppet-blocking -DSTRATEGY_FLAGS=METIS_STRATEGY_MAY_BLOCK -o "$out/puppet-blocking.so" "$here/puppet.c" -lpthread
clang -std=gnu11 $flags -DID=org.metis.test.puppet-async -DPROVIDES=puppet-async -DTHREADED '-DSTRATEGY_FLAGS=(METIS_STRATEGY_ASYNC|METIS_STRATEGY_REENTRANT)' -DFLAGS=0 -o "$out/puppet-async.so" "$here/puppet.c" -lpthread
clang -std=gnu11 $flags -DVERSION=1.1.0 -o "$out/door-1.1.so" "$here/door.c"
clang -std=gnu11 $flags -DID=org.metis.test.guard-auth -DAUTH_ALONE -o "$out/guard-auth.so" "$here/guard.c"

# The streamer in its other kinds.
clang -std=gnu11 $flags -DID=org.metis.test.streamer-blocking -DPROVIDES=streamer-blocking '-DSTRATEGY_FLAGS=(METIS_STRATEGY_MAY_BLOCK|METIS_STRATEGY_REENTRANT)' -o "$out/streamer-blocking.so" "$here/streamer.c"
clang -std=gnu11 $flags -DID=org.metis.test.streamer-async -DPROVIDES=streamer-async -DFLOWING '-DSTRATEGY_FLAGS=(METIS_STRATEGY_ASYNC|METIS_STRATEGY_REENTRANT)' -o "$out/streamer-async.so" "$here/streamer.c"
# The asker in its other kinds.
clang -std=gnu11 $flags -DID=org.metis.test.asker-blocking -DPROVIDES=asker-blocking -DSTRATEGY_FLAGS=METIS_STRATEGY_MAY_BLOCK -o "$out/asker-blocking.so" "$here/asker.c" -lpthread
clang -std=gnu11 $flags -DID=org.metis.test.asker-async -DPROVIDES=asker-async -DTHREADED '-DSTRATEGY_FLAGS=(METIS_STRATEGY_ASYNC|METIS_STRATEGY_REENTRANT)' -DFLAGS=0 -o "$out/asker-async.so" "$here/asker.c" -lpthread

# A plugin whose schema is none.
clang -std=gnu11 $flags -DID=org.metis.test.unschooled -DPROVIDES=unschooled -DBAD_SCHEMA -o "$out/unschooled.so" "$here/sectioned.c"
