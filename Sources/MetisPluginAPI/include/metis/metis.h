#ifndef METIS_METIS_H
#define METIS_METIS_H
#endif
