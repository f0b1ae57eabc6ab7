// The plugin table has no `init`.
#define ID org.metis.test.null-init
#define OWN_ENTRY
#include "faulty.h"

METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  (void)host_abi, (void)init;
  out->size = sizeof(metis_plugin_v1);
  out->abi = METIS_ABI_VERSION;
  out->descriptor = &descriptor;
  out->init = NULL;
  out->deinit = deinit;
  out->query = query;
  return METIS_OK;
}
