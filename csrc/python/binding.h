/* binding.h - what every file of the binding shares.
 *
 * The binding is thin: parse, lock and let go of the interpreter, one core
 * call, close, return.  A class has one file, which offers one function
 *     int py_<noun>_ready(PyObject *module);
 * and one line in PY_CLASSES below.  There is no static mutable state: types
 * live in the module's state, so the module may be loaded in any number of
 * interpreters. */
#ifndef BCN_BINDING_H
#define BCN_BINDING_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "python/version.h"

/* X(noun): defines state->noun_type and calls py_noun_ready. */
#define PY_CLASSES(X)                                                        \
    X(memory)                                                                 \
    X(builder)                                                                \
    X(log)                                                                    \
    X(cube)                                                                   \
    X(tally)                                                                  \
    X(ids)                                                                    \
    X(network)                                                                \
    X(prefix)                                                                 \
    X(arrow)                                                                  \
    X(arrow_source)                                                           \
    X(simulate)

typedef struct py_state {
#define X(noun) PyTypeObject *noun##_type;
    PY_CLASSES(X)
#undef X
} py_state;

#define X(noun) int py_##noun##_ready(PyObject *module);
PY_CLASSES(X)
#undef X

py_state *py_state_of(PyObject *module);
/* The state behind an instance of one of our types or of a subclass of it;
 * NULL with an exception when the module is gone. */
py_state *py_state_of_type(PyTypeObject *type);

/* Make a heap type from its spec, keep it in *slot and add it to the module
 * under its last name. */
int py_type_ready(PyObject *module, PyType_Spec *spec, PyTypeObject **slot);

/* Raise what a status means; always returns NULL.  `error` may be NULL. */
PyObject *py_raise(bcn_status status, const bcn_error *error);

/* A watch that answers Ctrl-C: start it with the interpreter held, pass it to
 * the core inside PY_CORE_BEGIN/END; afterwards, when the status is
 * BCN_CANCELLED, the exception of the signal handler is already set. */
typedef struct py_watch {
    bcn_watch core;
    PyThreadState *thread;
} py_watch;
void py_watch_start(py_watch *watch);

/* Run core code without the interpreter.  Between the two lines: core code
 * only, which cannot call Python except through the watch. */
#define PY_CORE_BEGIN(watch) (watch)->thread = PyEval_SaveThread();
#define PY_CORE_END(watch) PyEval_RestoreThread((watch)->thread);

/* A Python `Memory`: a read-only typed array over a shared block, exported by
 * the buffer protocol.  `format` is a struct letter (B H I Q b h i q d).
 * Takes its own share of the block. */
PyObject *py_memory_new(py_state *state, bcn_block *block, size_t offset,
                        size_t count, char format);
/* The block behind a Memory, borrowed, and where in it the Memory starts; NULL
 * without an exception for any other object. */
bcn_block *py_memory_block(py_state *state, PyObject *object, size_t *offset);

#endif
