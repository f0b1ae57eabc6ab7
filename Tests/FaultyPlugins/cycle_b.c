// Requires cycle_a, which requires this.
#define ID org.metis.test.cycle-b
#define REQUIRES org.metis.test.cycle-a
#include "faulty.h"
