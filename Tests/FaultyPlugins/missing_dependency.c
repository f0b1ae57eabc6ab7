// Requires a plugin that is not there.
#define ID org.metis.test.missing-dependency
#define REQUIRES org.metis.test.nowhere
#include "faulty.h"
