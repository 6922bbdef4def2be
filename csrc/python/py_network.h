/* py_network.h - networks between C and Python: a type and its methods. */
#ifndef BCN_PY_NETWORK_H
#define BCN_PY_NETWORK_H

#include "model/network.h"
#include "python/binding.h"

/* The network inside an instance, borrowed. */
const bcn_network *py_network_of(PyObject *op);

/* The arrays of one answer, at most PY_RESULTS: made, filled by the core and
 * handed on as Memory, or dropped. */
enum { PY_RESULTS = 5 };
typedef struct py_results {
    size_t number;
    struct {
        bcn_block *block;
        size_t count;
        char format;
    } arrays[PY_RESULTS];
} py_results;

/* One more array, zeroed, of `count` values of a struct letter; NULL without
 * an exception where memory is short. */
void *py_results_add(py_results *results, size_t count, char format);
/* The arrays in order, one alone or a tuple with what `more` holds (stolen,
 * NULL: nothing) behind them; all arrays are dropped.  Raises unless `status`
 * is BCN_OK. */
PyObject *py_results_give(py_results *results, PyObject *op,
                          bcn_status status, PyObject *more);

/* A C-contiguous buffer of `count` doubles or uint32_t: 0, or -1 with an
 * exception.  None gives a NULL buf where `optional`. */
int py_array_open(PyObject *object, char format, size_t count, bool optional,
                  Py_buffer *view);
void py_array_close(Py_buffer *view); /* a zeroed one is fine */

/* py_network_measures.c */
PyObject *py_network_paths(PyObject *op, PyObject *args);
PyObject *py_network_pagerank(PyObject *op, PyObject *args);
PyObject *py_network_eigenvector(PyObject *op, PyObject *args);
PyObject *py_network_clustering(PyObject *op, PyObject *args);
PyObject *py_network_cosine(PyObject *op, PyObject *args);
PyObject *py_network_assortativity(PyObject *op, PyObject *args);
PyObject *py_network_cores(PyObject *op, PyObject *args);
PyObject *py_network_core(PyObject *op, PyObject *args);
PyObject *py_network_components(PyObject *op, PyObject *args);
PyObject *py_network_communities(PyObject *op, PyObject *args);
PyObject *py_network_modularity(PyObject *op, PyObject *args);
PyObject *py_network_fit(PyObject *op, PyObject *args);
PyObject *py_network_gravity(PyObject *op, PyObject *args);

#endif
