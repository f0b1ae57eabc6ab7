// Built for a newer minor of this major.
#define ID org.metis.test.newer-minor
#define OWN_META
#include "metis/metis.h"

__attribute__((used, section("metis_meta"), aligned(8))) const metis_meta_v1 meta = {
    METIS_META_MAGIC, METIS_ABI_VERSION + 1, METIS_META_UNLOADABLE};

#include "faulty.h"
