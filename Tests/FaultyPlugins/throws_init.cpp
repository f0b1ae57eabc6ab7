// Lets a C++ exception out of `init`.
#define ID org.metis.test.throws-init
#define OWN_INIT
#define FLAGS 0
#include "metis/metis.h"

#include <stdexcept>

static int32_t init(void *, const metis_host_v1 *, metis_slice_v1, metis_error_v1 *, void **) {
  throw std::runtime_error("nobody catches this");
}

#include "faulty.h"
