// The section names this major, the table the next one.
#define ID org.metis.test.wrong-major-entry
#define OWN_ENTRY
#include "faulty.h"

METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  (void)host_abi;
  out->size = sizeof(metis_plugin_v1);
  out->abi = (METIS_ABI_MAJOR + 1) << 16;
  out->descriptor = &descriptor;
  out->init = init;
  out->deinit = deinit;
  out->query = query;
  return METIS_OK;
}
