// `init` fails with an error whose length runs past its text.
#define ID org.metis.test.init-fails-wildly
#define OWN_INIT
#include "metis/metis.h"

static int32_t init(void *, const metis_host_v1 *, metis_slice_v1, metis_error_v1 *, void **);

#include "faulty.h"

static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                    metis_error_v1 *error, void **plugin) {
  (void)context, (void)host, (void)config, (void)plugin;
  memset(error->text, 0xff, sizeof error->text);
  error->length = 0xffffffff;
  return METIS_FAILED;
}
