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
    unsigned long caller;     /* the thread of the call that is running */
    PyThreadState *suspended; /* its state, given up for that long */
    PyObject *raised;         /* an exception of resolve, or NULL */
    PyObject *drain;          /* called with each block of rows, or NULL */
    size_t drain_rows;        /* in a block, but for the last batch */
    bcn_error error;
} py_builder;

/* Begin and end a call that feeds the builder; `begin` fails with an exception
 * when the builder is finished or busy.  `end` turns a status into an
 * exception, and returns None otherwise. */
int py_builder_begin(py_builder *self);
PyObject *py_builder_end(py_builder *self, bcn_status status);
/* 0 when no call runs, else -1 with an exception. */
int py_builder_idle(py_builder *self);

/* py_drain.c: where readers put their batches; what is left of a builder when
 * its rows are taken, `(log, labels)`; and the method that sets `drain`. */
bcn_sink py_builder_sink(py_builder *self);
PyObject *py_builder_harvest(py_builder *self);
PyObject *py_builder_drain(PyObject *op, PyObject *args);
PyObject *py_builder_flush(PyObject *op, PyObject *unused);
extern const char py_builder_drain_doc[];
extern const char py_builder_flush_doc[];

/* The interpreter for a thread that does not have it: the calling thread takes
 * up its own state, any other gets a new one (also in a sub-interpreter, where
 * PyGILState_Ensure would take the wrong one).  Nothing is held unless BCN_OK
 * comes back. */
typedef struct py_stay {
    PyThreadState *own; /* NULL: the caller's */
} py_stay;
bcn_status py_stay_begin(py_builder *self, py_stay *stay);
void py_stay_end(py_stay *stay);
/* The exception that is set, taken away; and an exception set again, the
 * reference given up. */
PyObject *py_exception_take(void);
void py_exception_give(PyObject *exception);

/* py_schema.c: from `fields`, `id` and `keys` of the constructor. */
int py_schema_parse(PyObject *fields, int id, PyObject *keys,
                    bcn_schema *schema);
/* The rules, tuples (kind, first, second, otherwise), into a parsed schema. */
int py_rules_parse(PyObject *rules, bcn_schema *schema);

/* py_texts.c */
PyObject *py_builder_preload(PyObject *op, PyObject *args);
PyObject *py_builder_unstated(PyObject *op, PyObject *args);
extern const char py_builder_preload_doc[];
extern const char py_builder_unstated_doc[];

/* py_account.c */
PyObject *py_builder_met(bcn_builder *core, size_t column);
PyObject *py_ledger_refusals(const bcn_ledger *ledger);
PyObject *py_ledger_accounts(const bcn_ledger *ledger);
PyObject *py_builder_refusals(PyObject *op, PyObject *unused);
PyObject *py_builder_accounts(PyObject *op, PyObject *unused);
extern const char py_builder_refusals_doc[];
extern const char py_builder_accounts_doc[];

/* The readers: py_readers.c, with their documentation. */
PyObject *py_builder_read_csv(PyObject *op, PyObject *args, PyObject *kwargs);
PyObject *py_builder_read_arrow(PyObject *op, PyObject *args,
                                PyObject *kwargs);
PyObject *py_split_record(PyObject *module, PyObject *args);
extern const char py_builder_read_csv_doc[];
extern const char py_builder_read_arrow_doc[];
extern const char py_split_record_doc[];

#endif
