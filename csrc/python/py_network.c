#include "python/py_network.h"

#include <string.h>

#include "python/py_cube.h"

typedef struct network_object {
    PyObject_HEAD
    bcn_network *core;
} network_object;

const bcn_network *
py_network_of(PyObject *op)
{
    return ((network_object *)op)->core;
}

/* --- arrays in and out ------------------------------------------------------ */

void *
py_results_add(py_results *results, size_t count, char format)
{
    size_t size = format == 'B' ? 1 : format == 'I' ? 4 : 8;
    bcn_block *block = bcn_block_new(count, size, true);
    if (block == NULL) {
        return NULL;
    }
    size_t at = results->number++;
    results->arrays[at].block = block;
    results->arrays[at].count = count;
    results->arrays[at].format = format;
    return bcn_block_data(block);
}

static PyObject *
one_result(py_state *state, const py_results *results, size_t at)
{
    return py_memory_new(state, results->arrays[at].block, 0,
                         results->arrays[at].count,
                         results->arrays[at].format);
}

static PyObject *
all_results(py_state *state, const py_results *results, PyObject *more)
{
    Py_ssize_t number = (Py_ssize_t)results->number;
    PyObject *told = PyTuple_New(number + (more != NULL));
    for (Py_ssize_t at = 0; told != NULL && at < number; at++) {
        PyObject *one = one_result(state, results, (size_t)at);
        if (one == NULL || PyTuple_SetItem(told, at, one) < 0) {
            Py_CLEAR(told);
        }
    }
    if (told != NULL && more != NULL) {
        Py_INCREF(more);
        if (PyTuple_SetItem(told, number, more) < 0) {
            Py_CLEAR(told);
        }
    }
    return told;
}

PyObject *
py_results_give(py_results *results, PyObject *op, bcn_status status,
                PyObject *more)
{
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *told = NULL;
    if (status != BCN_OK) {
        py_raise(status, NULL);
    } else if (state != NULL && !PyErr_Occurred()) {
        told = results->number == 1 && more == NULL
                   ? one_result(state, results, 0)
                   : all_results(state, results, more);
    }
    Py_XDECREF(more);
    for (size_t at = 0; at < results->number; at++) {
        bcn_block_drop(results->arrays[at].block);
    }
    return told;
}

int
py_array_open(PyObject *object, char format, size_t count, bool optional,
              Py_buffer *view)
{
    if (optional && object == Py_None) {
        return 0;
    }
    if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) <
        0) {
        return -1;
    }
    size_t size = format == 'I' ? 4 : 8;
    const char *found = view->format == NULL ? "B" : view->format;
    if (found[0] != format || found[1] != '\0' ||
        (size_t)view->len != count * size) {
        PyErr_Format(PyExc_ValueError,
                     "a buffer of %zu values of the format %c is needed",
                     count, format);
        py_array_close(view);
        return -1;
    }
    return 0;
}

void
py_array_close(Py_buffer *view)
{
    if (view->obj != NULL) {
        PyBuffer_Release(view);
    }
}

/* --- the type --------------------------------------------------------------- */

PyDoc_STRVAR(network_doc,
             "Network(flow, codes, since=None, until=None, /)\n--\n\n"
             "The links of a square cube between some of its positions, "
             "immutable.\n\n"
             "``codes`` are uint32 positions in rising order; ``since`` and "
             "``until`` uint32 days\nthat say who was a member when.  "
             "Measures take no order of nodes but this one.\n");

static PyObject *
network_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)kwargs;
    PyObject *flow, *codes, *from = Py_None, *to = Py_None, *made = NULL;
    py_state *state = py_state_of_type(type);
    if (state == NULL ||
        !PyArg_ParseTuple(args, "OO|OO", &flow, &codes, &from, &to)) {
        return NULL;
    }
    const bcn_cube *cube = py_cube_core(state, flow);
    Py_ssize_t count = cube == NULL ? -1 : PyObject_Size(codes);
    if (count < 0) {
        return NULL;
    }
    Py_buffer places = {0}, since = {0}, until = {0};
    if (py_array_open(codes, 'I', (size_t)count, false, &places) < 0 ||
        py_array_open(from, 'I', (size_t)count, true, &since) < 0 ||
        py_array_open(to, 'I', (size_t)count, true, &until) < 0) {
        goto done;
    }
    bcn_network *core = NULL;
    bcn_error error = {{0}};
    bcn_status status = bcn_network_new(cube, places.buf, (size_t)count,
                                        since.buf, until.buf, &core, &error);
    if (status != BCN_OK) {
        py_raise(status, &error);
        goto done;
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    made = alloc(type, 0);
    if (made == NULL) {
        bcn_network_free(core);
        goto done;
    }
    ((network_object *)made)->core = core;
done:
    py_array_close(&places);
    py_array_close(&since);
    py_array_close(&until);
    return made;
}

static void
network_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    bcn_network_free(((network_object *)op)->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

static PyObject *
network_count(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromSize_t(py_network_of(op)->count);
}

static PyObject *
network_links(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromSize_t(py_network_of(op)->links);
}

static PyObject *
network_weight(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromLongLong(py_network_of(op)->total);
}

/* --- what needs no measure -------------------------------------------------- */

PyDoc_STRVAR(margins_doc,
             "margins($self, /)\n--\n\n"
             "Return links and weights sent and received by each node, and "
             "what is one-sided.\n\n"
             "Five int64 arrays: out-degree, in-degree, sent, received, and "
             "the sum of\n|w_ij - w_ji|.");

static PyObject *
network_margins(PyObject *op, PyObject *unused)
{
    (void)unused;
    const bcn_network *core = py_network_of(op);
    py_results results = {0};
    int64_t *arrays[PY_RESULTS];
    bcn_status status = BCN_OK;
    for (size_t k = 0; k < PY_RESULTS && status == BCN_OK; k++) {
        arrays[k] = py_results_add(&results, core->count, 'q');
        status = arrays[k] == NULL ? BCN_NOMEM : BCN_OK;
    }
    for (size_t i = 0; status == BCN_OK && i < core->count; i++) {
        arrays[0][i] = (int64_t)bcn_arcs_degree(&core->out, i);
        arrays[1][i] = (int64_t)bcn_arcs_degree(&core->in, i);
        arrays[2][i] = bcn_arcs_strength(&core->out, i);
        arrays[3][i] = bcn_arcs_strength(&core->in, i);
    }
    if (status == BCN_OK) {
        bcn_network_onesided(core, arrays[4]);
    }
    return py_results_give(&results, op, status, NULL);
}

PyDoc_STRVAR(edges_doc,
             "edges($self, /)\n--\n\n"
             "Return the links: uint32 senders, uint32 receivers, int64 "
             "weights.");

static PyObject *
network_edges(PyObject *op, PyObject *unused)
{
    (void)unused;
    const bcn_network *core = py_network_of(op);
    py_results results = {0};
    uint32_t *sender = py_results_add(&results, core->links, 'I');
    uint32_t *receiver = py_results_add(&results, core->links, 'I');
    int64_t *weight = py_results_add(&results, core->links, 'q');
    if (sender == NULL || receiver == NULL || weight == NULL) {
        return py_results_give(&results, op, BCN_NOMEM, NULL);
    }
    for (size_t i = 0; i < core->count; i++) {
        for (size_t k = core->out.from[i]; k < core->out.from[i + 1]; k++) {
            sender[k] = (uint32_t)i;
            receiver[k] = core->out.node[k];
            weight[k] = core->out.weight[k];
        }
    }
    return py_results_give(&results, op, BCN_OK, NULL);
}

PyDoc_STRVAR(cells_doc,
             "cells($self, /)\n--\n\n"
             "Return every pair's weight, a row per sender: int64.");

static PyObject *
network_cells(PyObject *op, PyObject *unused)
{
    (void)unused;
    const bcn_network *core = py_network_of(op);
    py_results results = {0};
    int64_t *cells =
        py_results_add(&results, core->count * core->count, 'q');
    if (cells != NULL) {
        bcn_network_cells(core, cells);
    }
    return py_results_give(&results, op,
                           cells == NULL ? BCN_NOMEM : BCN_OK, NULL);
}

PyDoc_STRVAR(blocks_doc,
             "blocks($self, groups, number, /)\n--\n\n"
             "Return weights and links from group to group, a row per "
             "sending group: int64.\n\n"
             "``groups`` has a uint32 below ``number`` per node.");

static PyObject *
network_blocks(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    PyObject *given;
    Py_ssize_t number;
    if (!PyArg_ParseTuple(args, "On", &given, &number)) {
        return NULL;
    }
    Py_buffer groups = {0};
    if (py_array_open(given, 'I', core->count, false, &groups) < 0) {
        return NULL;
    }
    const uint32_t *group = groups.buf;
    bool right = number >= 0 && number <= BCN_NETWORK_MOST;
    for (size_t i = 0; right && i < core->count; i++) {
        right = group[i] < (size_t)number;
    }
    if (!right) {
        py_array_close(&groups);
        PyErr_SetString(PyExc_ValueError, "groups lie below their number");
        return NULL;
    }
    size_t size = (size_t)number * (size_t)number;
    py_results results = {0};
    int64_t *weights = py_results_add(&results, size, 'q');
    int64_t *links = py_results_add(&results, size, 'q');
    bool room = weights != NULL && links != NULL;
    if (room) {
        bcn_network_blocks(core, group, (size_t)number, weights, links);
    }
    py_array_close(&groups);
    return py_results_give(&results, op, room ? BCN_OK : BCN_NOMEM, NULL);
}

static PyGetSetDef network_getset[] = {
    {"count", network_count, NULL, "The number of nodes.", NULL},
    {"links", network_links, NULL, "The number of links.", NULL},
    {"weight", network_weight, NULL, "The sum of all weights.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef network_methods[] = {
    {"margins", network_margins, METH_NOARGS, margins_doc},
    {"edges", network_edges, METH_NOARGS, edges_doc},
    {"cells", network_cells, METH_NOARGS, cells_doc},
    {"blocks", network_blocks, METH_VARARGS, blocks_doc},
    {"paths", py_network_paths, METH_VARARGS,
     "paths($self, weighted, /)\n--\n\n"
     "Return betweenness, lengths out and in (double), and how many are "
     "reached (int64)."},
    {"pagerank", py_network_pagerank, METH_VARARGS,
     "pagerank($self, weighted, damping, tolerance, most, /)\n--\n\n"
     "Return ranks and passes made; more than ``most``: not settled."},
    {"eigenvector", py_network_eigenvector, METH_VARARGS,
     "eigenvector($self, weighted, tolerance, most, /)\n--\n\n"
     "Return the left eigenvector and passes made, as pagerank does."},
    {"clustering", py_network_clustering, METH_VARARGS,
     "clustering($self, kind, weighted, /)\n--\n\n"
     "Return Fagiolo's coefficients: kind 0 total, 1 cycle, 2 middleman, 3 "
     "in, 4 out."},
    {"cosine", py_network_cosine, METH_VARARGS,
     "cosine($self, profile, /)\n--\n\n"
     "Return the cosine of all pairs: profile 0 sent, 1 received, 2 both."},
    {"assortativity", py_network_assortativity, METH_VARARGS,
     "assortativity($self, x, y, weighted, /)\n--\n\n"
     "Return the correlation over links of x (sender) and y (receiver)."},
    {"cores", py_network_cores, METH_VARARGS,
     "cores($self, way, weighted, /)\n--\n\n"
     "Return core numbers: way 0 all links, 1 out, 2 in."},
    {"core", py_network_core, METH_VARARGS,
     "core($self, either, weighted, /)\n--\n\n"
     "Return who is core (uint8), links with the core, and the "
     "correlation."},
    {"components", py_network_components, METH_VARARGS,
     "components($self, strong, /)\n--\n\n"
     "Return the component of each node (uint32) and how many there are."},
    {"communities", py_network_communities, METH_VARARGS,
     "communities($self, resolution, seed, /)\n--\n\n"
     "Return the community of each node (uint32) and how many there are."},
    {"modularity", py_network_modularity, METH_VARARGS,
     "modularity($self, groups, number, resolution, /)\n--\n\n"
     "Return the modularity of a division into groups."},
    {"fit", py_network_fit, METH_VARARGS,
     "fit($self, family, /)\n--\n\n"
     "Return expected cells (double) and the worst margin: family 0 margins, "
     "1 weights, 2 links."},
    {"gravity", py_network_gravity, METH_VARARGS,
     "gravity($self, sender, receiver, apart, free, coefficients, /)\n--\n\n"
     "Return expected cells (double), and a pair: the four coefficients, the "
     "worst score."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot network_slots[] = {
    {Py_tp_doc, (void *)network_doc},
    {Py_tp_new, network_new},
    {Py_tp_dealloc, network_dealloc},
    {Py_tp_getset, network_getset},
    {Py_tp_methods, network_methods},
    {0, NULL},
};

static PyType_Spec network_spec = {
    .name = "interpol_bcn._core.Network",
    .basicsize = sizeof(network_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = network_slots,
};

int
py_network_ready(PyObject *module)
{
    return py_type_ready(module, &network_spec,
                         &py_state_of(module)->network_type);
}
