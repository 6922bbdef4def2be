/* py_tally.h - cells as the files of the binding share them. */
#ifndef BCN_PY_TALLY_H
#define BCN_PY_TALLY_H

#include "model/tally.h"
#include "python/py_cube.h"

typedef struct py_cells {
    PyObject_HEAD
    bcn_tally *core;
    PyObject *note;
    bool busy;
} py_cells;

/* Cells that take `core` over, also on failure. */
PyObject *py_cells_new(py_state *state, bcn_tally *core, PyObject *note);

/* Keep other calls off, until `busy` is false again; 0, or -1 with an
 * exception. */
int py_cells_begin(py_cells *self);

/* Numbers of buckets from a list of int64 buffers. */
typedef struct py_buckets {
    Py_buffer views[BCN_TALLY_CLOCKS];
    const int64_t *keys[BCN_TALLY_CLOCKS];
    size_t counts[BCN_TALLY_CLOCKS];
    size_t count;
} py_buckets;

int py_buckets_open(PyObject *list, py_buckets *self);
void py_buckets_close(py_buckets *self);
/* From a list of lengths. */
int py_cells_shape(PyObject *dims, bcn_shape *shape);

PyObject *py_cells_from_cube(PyObject *type, PyObject *args);
PyObject *py_cells_read(PyObject *type, PyObject *args);
PyObject *py_cells_from_rows(PyObject *type, PyObject *args);
PyObject *py_cells_add_rows(PyObject *op, PyObject *args);
extern const char py_cells_add_rows_doc[];
extern const char py_cells_from_rows_doc[];
extern const char py_cells_from_cube_doc[];
extern const char py_cells_read_doc[];

#endif
