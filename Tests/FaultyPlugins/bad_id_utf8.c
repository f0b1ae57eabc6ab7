// The id is not UTF-8.
#define ID org.metis.test.unused
#define OWN_DESCRIPTOR
#include "metis/metis.h"

#define PART(LITERAL) {(const uint8_t *)(LITERAL), sizeof(LITERAL) - 1}
static const metis_descriptor_v1 descriptor = {
    .size = sizeof(metis_descriptor_v1),
    .id = PART("org.metis.\xff\xfe"),
    .name = PART("Bad id"),
    .version = PART("1.0.0"),
};

#include "faulty.h"
