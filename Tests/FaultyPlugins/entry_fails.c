// The entry says that it cannot work.
#define ID org.metis.test.entry-fails
#define OWN_ENTRY
#include "faulty.h"

METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  (void)host_abi, (void)out, (void)descriptor, (void)init, (void)deinit, (void)query;
  return METIS_FAILED;
}
