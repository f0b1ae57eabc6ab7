// The section is there and does not begin with the magic number.
#define ID org.metis.test.bad-magic
#define OWN_META
#include "metis/metis.h"

__attribute__((used, section("metis_meta"), aligned(8))) const metis_meta_v1 meta = {
    0x1122334455667788ull, METIS_ABI_VERSION, METIS_META_UNLOADABLE};

#include "faulty.h"
