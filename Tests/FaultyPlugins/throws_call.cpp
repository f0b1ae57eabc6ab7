// Lets a C++ exception out of `call`.
#define ID org.metis.test.throws-call
#define PROVIDES throws-call
#define OWN_CALL
#define FLAGS 0
#include "metis/metis.h"

#include <stdexcept>

static int32_t call(void *, const metis_request_v1 *, const metis_reply_v1 *) {
  throw std::runtime_error("nobody catches this");
}

#include "faulty.h"
