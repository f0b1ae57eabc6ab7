// Another library with the id of good.c.
#define ID org.metis.test.good
#define ANSWER "the other"
#include "faulty.h"
