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
    PyThreadState *caller;  /* of the call that runs, and its thread */
    unsigned long thread;
    PyObject *raised;       /* an exception from another thread, or NULL */
    bcn_error error;
} py_builder;

/* Begin and end a call that feeds the builder; `begin` fails with an exception
 * when the builder is finished or busy.  `end` turns a status into an
 * exception, and returns None otherwise. */
int py_builder_begin(py_builder *self);
PyObject *py_builder_end(py_builder *self, bcn_status status);

/* The interpreter for a thread that does not have it, also in a
 * sub-interpreter, where PyGILState_Ensure would take the wrong one. */
typedef struct py_stay {
    PyThreadState *own;
} py_stay;
bool py_stay_begin(py_builder *self, py_stay *stay);
void py_stay_end(py_stay *stay);
/* Keep the exception that is set for the thread that made the call. */
void py_builder_carry(py_builder *self);

/* The readers: py_readers.c, with their documentation. */
PyObject *py_builder_read_csv(PyObject *op, PyObject *args, PyObject *kwargs);
PyObject *py_builder_read_arrow(PyObject *op, PyObject *args,
                                PyObject *kwargs);
PyObject *py_split_record(PyObject *module, PyObject *args);
extern const char py_builder_read_csv_doc[];
extern const char py_builder_read_arrow_doc[];
extern const char py_split_record_doc[];

#endif
