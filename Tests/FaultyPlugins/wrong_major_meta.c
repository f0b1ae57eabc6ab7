// Built for the next major of the ABI.
#define ID org.metis.test.wrong-major-meta
#define OWN_META
#include "metis/metis.h"

__attribute__((used, section("metis_meta"), aligned(8))) const metis_meta_v1 meta = {
    METIS_META_MAGIC, (METIS_ABI_MAJOR + 1) << 16, METIS_META_UNLOADABLE};

#include "faulty.h"
