// `create` refuses every configuration and says why.
#define ID org.metis.test.create-fails
#define PROVIDES create-fails
#define OWN_CREATE
#define OWN_DESTROY
#include "metis/metis.h"

#include <string.h>

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  static const char why[] = "found no key rate; expected a number from 0 to 1";
  (void)plugin, (void)setup, (void)out;
  error->code = METIS_INVALID;
  error->length = sizeof why - 1;
  memcpy(error->text, why, sizeof why - 1);
  return METIS_INVALID;
}

static void destroy(void *instance) { (void)instance; }

#include "faulty.h"
