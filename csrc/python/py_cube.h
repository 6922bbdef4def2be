/* py_cube.h - cubes between C and Python. */
#ifndef BCN_PY_CUBE_H
#define BCN_PY_CUBE_H

#include "model/cube.h"
#include "python/binding.h"

/* A plain `_core.Cube` that takes `core` over, also on failure. */
PyObject *py_cube_new(py_state *state, bcn_cube *core);
/* The cube inside an instance, borrowed; NULL with a TypeError. */
const bcn_cube *py_cube_core(py_state *state, PyObject *op);
/* The same for an op known to be a Cube. */
const bcn_cube *py_cube_of(PyObject *op);
/* An exact int. */
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

/* py_cube_ops.c and py_cube_lists.c: methods. */
PyObject *py_cube_add(PyObject *op, PyObject *args);
PyObject *py_cube_subtract(PyObject *op, PyObject *args);
PyObject *py_cube_sum(PyObject *op, PyObject *args);
PyObject *py_cube_permute(PyObject *op, PyObject *args);
PyObject *py_cube_take(PyObject *op, PyObject *args);
PyObject *py_cube_pick(PyObject *op, PyObject *args);
extern const char py_cube_add_doc[];
extern const char py_cube_subtract_doc[];
extern const char py_cube_sum_doc[];
extern const char py_cube_permute_doc[];
extern const char py_cube_take_doc[];
extern const char py_cube_pick_doc[];
PyObject *py_cube_nonzeros(PyObject *op, PyObject *args);
PyObject *py_cube_columns(PyObject *op, PyObject *args);
PyObject *py_cube_top(PyObject *op, PyObject *args);
PyObject *py_cube_dense(PyObject *op, PyObject *args);
extern const char py_cube_nonzeros_doc[];
extern const char py_cube_columns_doc[];
extern const char py_cube_top_doc[];
extern const char py_cube_dense_doc[];

/* py_flow.c */
PyObject *py_flow_quantities(PyObject *module, PyObject *args);
extern const char py_flow_quantities_doc[];

/* py_roll.c */
PyObject *py_cube_map(PyObject *op, PyObject *args);
PyObject *py_roll_times(PyObject *module, PyObject *args);
extern const char py_cube_map_doc[];
extern const char py_roll_times_doc[];

/* py_runs.c */
PyObject *py_busiest_runs(PyObject *module, PyObject *args);
extern const char py_busiest_runs_doc[];

/* py_sketches.c and py_unusual.c */
PyObject *py_quantile_sketch_of(PyObject *module, PyObject *args);
PyObject *py_quantile_sketch_merge(PyObject *module, PyObject *args);
PyObject *py_quantile_sketch_at(PyObject *module, PyObject *args);
PyObject *py_distinct_sketch_of(PyObject *module, PyObject *args);
PyObject *py_distinct_sketch_merge(PyObject *module, PyObject *args);
PyObject *py_distinct_sketch_count(PyObject *module, PyObject *args);
PyObject *py_count_tails(PyObject *module, PyObject *args);
PyObject *py_running_sums(PyObject *module, PyObject *args);
extern const char py_running_sums_doc[];
PyObject *py_series_dispersion(PyObject *module, PyObject *args);
PyObject *py_series_test(PyObject *module, PyObject *args);
PyObject *py_discoveries(PyObject *module, PyObject *args);
extern const char py_quantile_sketch_of_doc[];
extern const char py_quantile_sketch_merge_doc[];
extern const char py_quantile_sketch_at_doc[];
extern const char py_distinct_sketch_of_doc[];
extern const char py_distinct_sketch_merge_doc[];
extern const char py_distinct_sketch_count_doc[];
extern const char py_count_tails_doc[];
extern const char py_series_dispersion_doc[];
extern const char py_series_test_doc[];
extern const char py_discoveries_doc[];

#endif
