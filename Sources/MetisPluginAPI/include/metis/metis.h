/**
 * Everything of the Metis plugin ABI in one include.
 *
 * Status: draft. Shapes may still change until the ABI is frozen; from then on a released
 * struct or function never changes, not even at its end: what is new is a `_v2` struct or a new
 * extension id.
 */
#ifndef METIS_METIS_H
#define METIS_METIS_H

#include "metis/types.h"

#include "metis/host.h"
#include "metis/plugin.h"

#include "metis/ext/admin.h"
#include "metis/ext/auth.h"
#include "metis/ext/config.h"
#include "metis/ext/filter.h"
#include "metis/ext/host_call.h"
#include "metis/ext/host_clock.h"
#include "metis/ext/host_engine.h"
#include "metis/ext/host_log.h"
#include "metis/ext/host_metrics.h"
#include "metis/ext/host_notify.h"
#include "metis/ext/host_secret.h"
#include "metis/ext/host_state.h"
#include "metis/ext/host_timer.h"
#include "metis/ext/host_transport.h"
#include "metis/ext/state.h"
#include "metis/ext/strategy.h"
#include "metis/ext/transport.h"

#include "metis/ext/draft/engine.h"
#include "metis/ext/draft/host_flow.h"

#endif
