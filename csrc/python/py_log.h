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

/* py_measures.c: methods. */
PyObject *py_log_run_distinct(PyObject *op, PyObject *args);
PyObject *py_log_run_gaps(PyObject *op, PyObject *args);
PyObject *py_log_run_windows(PyObject *op, PyObject *args);
extern const char py_log_run_distinct_doc[];
extern const char py_log_run_gaps_doc[];
extern const char py_log_run_windows_doc[];

#endif
