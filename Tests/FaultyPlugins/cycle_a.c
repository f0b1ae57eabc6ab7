// Requires cycle_b, which requires this.
#define ID org.metis.test.cycle-a
#define REQUIRES org.metis.test.cycle-b
#include "faulty.h"
