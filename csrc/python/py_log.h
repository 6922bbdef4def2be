/* py_log.h - a log as a Python object. */
#ifndef BCN_PY_LOG_H
#define BCN_PY_LOG_H

#include "model/log.h"
#include "python/binding.h"

typedef struct py_log {
    PyObject_HEAD
    bcn_log *core;
} py_log;

/* A Log over `log`, whose share it takes, also on failure. */
PyObject *py_log_new(PyTypeObject *type, bcn_log *log);

#endif
