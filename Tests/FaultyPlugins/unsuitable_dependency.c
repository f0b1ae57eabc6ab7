// Requires a version of good.c that is not there.
#define ID org.metis.test.unsuitable-dependency
#define REQUIRES org.metis.test.good
#define RANGE >=2.0.0 <3.0.0
#include "faulty.h"
