// `init` fails and says why.
#define ID org.metis.test.init-fails
#define OWN_INIT
#include "metis/metis.h"

static int32_t init(void *, const metis_host_v1 *, metis_slice_v1, metis_error_v1 *, void **);

#include "faulty.h"

static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                    metis_error_v1 *error, void **plugin) {
  static const char why[] = "the table of rates is not there; put it at /srv/rates";
  (void)context, (void)host, (void)config, (void)plugin;
  error->code = METIS_NOT_FOUND;
  error->length = sizeof why - 1;
  memcpy(error->text, why, sizeof why - 1);
  return METIS_NOT_FOUND;
}
