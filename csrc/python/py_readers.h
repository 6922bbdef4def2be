/* py_readers.h - what the readers need to know of times, as Python gives it. */
#ifndef BCN_PY_READERS_H
#define BCN_PY_READERS_H

#include "python/binding.h"
#include "text/time_format.h"
#include "text/times.h"

/* Zone and format of a source; close it when the reading is done. */
typedef struct py_time_rule {
    bcn_time_rule core;
    bcn_zone zone;
    bcn_time_format *format;
    Py_buffer starts, offsets;
} py_time_rule;

/* From (starts, offsets, twice, never) or None, and a format or None.  -1 with
 * an exception; close in any case. */
int py_time_rule_open(PyObject *zone, PyObject *format, py_time_rule *rule);
void py_time_rule_close(py_time_rule *rule);

#endif
