// The descriptor's name is a null pointer with a count, and its lists are null with counts.
#define ID org.metis.test.null-slice
#define OWN_DESCRIPTOR
#include "metis/metis.h"

#define PART(LITERAL) {(const uint8_t *)(LITERAL), sizeof(LITERAL) - 1}
static const metis_descriptor_v1 descriptor = {
    .size = sizeof(metis_descriptor_v1),
    .id = PART("org.metis.test.null-slice"),
    .name = {0, 12},
    .version = PART("1.0.0"),
    .provides_count = 3,
    .needs_count = (size_t)-1,
};

#include "faulty.h"
