/* py_builder.h - the builder as its readers in the binding see it. */
#ifndef BCN_PY_BUILDER_H
#define BCN_PY_BUILDER_H

#include "model/builder.h"
#include "python/binding.h"

typedef struct py_builder {
    PyObject_HEAD
    bcn_builder core;
    bool ready;             /* core was set up and not yet finished */
    bool busy;              /* a call is running without the interpreter */
    PyObject *resolve;      /* (column, text) -> code, or minus a reason */
    PyInterpreterState *interpreter;
    bool held;              /* the running call holds the interpreter */
    PyObject *raised;       /* an exception from another thread, or NULL */
    bcn_error error;
} py_builder;

/* Begin and end a call that feeds the builder; `begin` fails with an exception
 * when the builder is finished or busy.  `end` turns a status into an
 * exception, and returns None otherwise. */
int py_builder_begin(py_builder *self, bool held);
PyObject *py_builder_end(py_builder *self, bcn_status status);

/* read_columns(columns): see its documentation in py_columns.c. */
PyObject *py_builder_read_columns(PyObject *op, PyObject *columns);
extern const char py_builder_read_columns_doc[];

#endif
