/* py_cube.h - cubes between C and Python. */
#ifndef BCN_PY_CUBE_H
#define BCN_PY_CUBE_H

#include "model/cube.h"
#include "python/binding.h"

/* A plain `_core.Cube` that takes `core` over, also on failure. */
PyObject *py_cube_new(py_state *state, bcn_cube *core);
/* The cube inside an instance, borrowed; NULL with a TypeError. */
const bcn_cube *py_cube_core(py_state *state, PyObject *op);
PyObject *py_wide(bcn_wide value);

/* A column of numbers behind the buffer protocol, C-contiguous and native. */
typedef struct py_numbers {
    Py_buffer view;
    size_t count;
    int width;
    bool is_signed;
} py_numbers;
int py_numbers_open(PyObject *object, py_numbers *numbers);
void py_numbers_close(py_numbers *numbers); /* a zeroed one is fine */

/* py_cube_from.c: the ways in. */
PyObject *py_cube_from_cells(PyObject *type, PyObject *args);
PyObject *py_cube_from_sparse(PyObject *type, PyObject *args);
extern const char py_cube_from_cells_doc[];
extern const char py_cube_from_sparse_doc[];
extern PyMethodDef py_cube_functions[];

/* py_flow.c */
PyObject *py_flow_quantities(PyObject *module, PyObject *args);
extern const char py_flow_quantities_doc[];

#endif
