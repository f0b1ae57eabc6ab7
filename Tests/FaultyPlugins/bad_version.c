// The version is no semantic version.
#define ID org.metis.test.bad-version
#define VERSION 1.two
#include "faulty.h"
