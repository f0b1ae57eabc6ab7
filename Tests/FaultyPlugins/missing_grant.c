// Needs the network.
#define ID org.metis.test.missing-grant
#define NEEDS "net.connect"
#include "faulty.h"
