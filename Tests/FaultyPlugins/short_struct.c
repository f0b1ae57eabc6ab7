// The plugin table says that it ends after eight bytes.
#define ID org.metis.test.short-struct
#define OWN_ENTRY
#include "faulty.h"

METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  (void)host_abi;
  out->size = 8;
  out->abi = METIS_ABI_VERSION;
  out->descriptor = &descriptor;
  out->init = init;
  out->deinit = deinit;
  out->query = query;
  return METIS_OK;
}
