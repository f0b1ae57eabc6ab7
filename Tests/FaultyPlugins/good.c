// A plugin without a fault, to stand beside the others and to be built in many versions:
// -DID=… -DVERSION=… -DANSWER=… -DREQUIRES=… -DRANGE=… -DNEEDS=…
#ifndef ID
#define ID org.metis.test.good
#endif
#include "faulty.h"
