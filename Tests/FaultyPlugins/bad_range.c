// A requirement's range cannot be read.
#define ID org.metis.test.bad-range
#define REQUIRES org.metis.test.good
#define RANGE newest
#include "faulty.h"
