// The id is no reverse DNS name.
#define ID Not An Id
#include "faulty.h"
