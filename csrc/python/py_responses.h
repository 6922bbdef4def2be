/* py_responses.h - what a log is asked about requests and their answers.
 *
 * Methods of Log, in a file of their own; py_log.c lists them. */
#ifndef BCN_PY_RESPONSES_H
#define BCN_PY_RESPONSES_H

#include "python/binding.h"

PyObject *py_log_select(PyObject *op, PyObject *args, PyObject *kwargs);
PyObject *py_log_match(PyObject *op, PyObject *args, PyObject *kwargs);
PyObject *py_log_survival(PyObject *op, PyObject *args, PyObject *kwargs);
PyObject *py_log_backlog(PyObject *op, PyObject *args, PyObject *kwargs);
extern const char py_log_select_doc[], py_log_match_doc[],
    py_log_survival_doc[], py_log_backlog_doc[];

#endif
