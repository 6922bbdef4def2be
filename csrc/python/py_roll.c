#include "model/cube_ops.h"
#include "model/roll.h"
#include "python/py_cube.h"

/* Questions put to a cube instead of rows: routes over stretches of time, and
 * the map that adds every cell to where its routes lead. */

enum { ROLL_RANGES = 16 };

/* 64-bit words that C may read in place. */
static bool
has_words(const py_numbers *numbers)
{
    return numbers->width == 8 && (uintptr_t)numbers->view.buf % 8 == 0;
}

typedef struct rolling {
    bcn_clock clocks[BCN_CLOCKS_MAX];
    bcn_roll_range ranges[ROLL_RANGES];
    py_numbers pieces[BCN_CLOCKS_MAX];
    py_numbers edges;
    bcn_roll roll;
} rolling;

static int
parse_clock(rolling *r, PyObject *item)
{
    PyObject *pieces;
    unsigned long long stride, positions;
    size_t at = r->roll.clock_count;
    if (!PyArg_ParseTuple(item, "OKK:clock", &pieces, &stride, &positions) ||
        py_numbers_open(pieces, &r->pieces[at]) < 0) {
        return -1;
    }
    r->roll.clock_count++;
    py_numbers *numbers = &r->pieces[at];
    r->clocks[at] =
        (bcn_clock){numbers->view.buf, numbers->count / 5, stride};
    if (!has_words(numbers) || numbers->count % 5 != 0 ||
        !bcn_clock_check(r->clocks[at].pieces, r->clocks[at].count,
                         positions)) {
        PyErr_SetString(PyExc_ValueError, "not the pieces of an axis");
        return -1;
    }
    return 0;
}

static int
parse_range(rolling *r, PyObject *item)
{
    long long from, to;
    int outside;
    if (!PyArg_ParseTuple(item, "LLp:range", &from, &to, &outside)) {
        return -1;
    }
    r->ranges[r->roll.range_count++] =
        (bcn_roll_range){from, to, outside != 0};
    return 0;
}

static int
parse_parts(rolling *r, PyObject *list, Py_ssize_t most,
            int (*parse)(rolling *, PyObject *))
{
    Py_ssize_t count = PyList_Size(list);
    if (count > most) {
        PyErr_Format(PyExc_ValueError, "%zd parts of one sort; at most %zd",
                     count, most);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(list, i);
        int parsed = item != NULL ? parse(r, item) : -1;
        Py_XDECREF(item);
        if (parsed < 0) {
            return -1;
        }
    }
    return 0;
}

const char py_roll_times_doc[] =
    "roll_times($module, edges, unstated, clocks, ranges, /)\n--\n\n"
    "Return what each stretch of time between two edges adds to a cell, as "
    "uint64, or None when\nsome stretch has times that differ.\n\n"
    "``edges`` are int64 and grow strictly; ``unstated`` asks for one more, of "
    "times not stated.\n``clocks`` are ``(pieces, stride, positions)``, "
    "``ranges`` ``(from, to, outside)``; lists.";

PyObject *
py_roll_times(PyObject *module, PyObject *args)
{
    PyObject *edges, *clocks, *ranges;
    int unstated;
    if (!PyArg_ParseTuple(args, "OpO!O!:roll_times", &edges, &unstated,
                          &PyList_Type, &clocks, &PyList_Type, &ranges)) {
        return NULL;
    }
    rolling *r = bcn_calloc(1, sizeof *r);
    if (r == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = NULL;
    r->roll.clocks = r->clocks;
    r->roll.ranges = r->ranges;
    if (py_numbers_open(edges, &r->edges) < 0 ||
        parse_parts(r, clocks, BCN_CLOCKS_MAX, parse_clock) < 0 ||
        parse_parts(r, ranges, ROLL_RANGES, parse_range) < 0) {
        goto done;
    }
    const int64_t *times = r->edges.view.buf;
    bool right = has_words(&r->edges) && r->edges.count > 0;
    for (size_t i = 1; right && i < r->edges.count; i++) {
        right = times[i - 1] < times[i];
    }
    if (!right) {
        PyErr_SetString(PyExc_ValueError, "edges are int64 that grow strictly");
        goto done;
    }
    size_t count = r->edges.count - 1, all = count + (unstated ? 1 : 0);
    bcn_block *block = bcn_block_new(all, sizeof(uint64_t), false);
    if (block == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    uint64_t *route = bcn_block_data(block);
    if (!bcn_roll_stretches(&r->roll, times, count, route)) {
        result = Py_NewRef(Py_None);
    } else {
        if (unstated) {
            route[count] = bcn_roll_unstated(&r->roll);
        }
        result = py_memory_new(py_state_of(module), block, 0, all, 'Q');
    }
    bcn_block_drop(block);
done:
    py_numbers_close(&r->edges);
    for (size_t i = 0; i < BCN_CLOCKS_MAX; i++) {
        py_numbers_close(&r->pieces[i]);
    }
    bcn_free(r);
    return result;
}

const char py_cube_map_doc[] =
    "map($self, routes, shape, limit=0, /)\n--\n\n"
    "Return a cube of another shape: each cell is added to where its routes "
    "lead.\n\n"
    "A route, one per dimension, is a stride, or a uint64 table of one offset "
    "per position,\n2**64 - 1 leaving its cells out.";

/* What one call of map holds open. */
typedef struct mapping {
    py_numbers tables[BCN_DIMS_MAX];
    bcn_route routes[BCN_DIMS_MAX];
    bcn_shape shape;
} mapping;

static int
parse_route(mapping *m, const bcn_cube *core, size_t dim, PyObject *item)
{
    if (PyLong_Check(item)) {
        m->routes[dim] = (bcn_route){NULL, PyLong_AsUnsignedLongLong(item)};
        return PyErr_Occurred() ? -1 : 0;
    }
    if (py_numbers_open(item, &m->tables[dim]) < 0) {
        return -1;
    }
    if (!has_words(&m->tables[dim]) ||
        m->tables[dim].count != core->shape.dims[dim]) {
        PyErr_SetString(PyExc_ValueError,
                        "a table has one 64-bit offset per position");
        return -1;
    }
    m->routes[dim] = (bcn_route){m->tables[dim].view.buf, 0};
    return 0;
}

static int
parse_mapping(mapping *m, const bcn_cube *core, PyObject *routes,
              PyObject *shape)
{
    Py_ssize_t dims = PyList_Size(shape);
    if ((size_t)PyList_Size(routes) != core->shape.ndim ||
        dims > BCN_DIMS_MAX) {
        PyErr_SetString(PyExc_ValueError,
                        "one route per dimension, and at most 16 of them");
        return -1;
    }
    for (size_t d = 0; d < core->shape.ndim; d++) {
        PyObject *item = PySequence_GetItem(routes, (Py_ssize_t)d);
        int parsed = item != NULL ? parse_route(m, core, d, item) : -1;
        Py_XDECREF(item);
        if (parsed < 0) {
            return -1;
        }
    }
    m->shape.ndim = (size_t)dims;
    for (Py_ssize_t i = 0; i < dims; i++) {
        PyObject *item = PySequence_GetItem(shape, i);
        m->shape.dims[i] = item != NULL ? PyLong_AsUnsignedLongLong(item) : 0;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

PyObject *
py_cube_map(PyObject *op, PyObject *args)
{
    PyObject *routes, *shape;
    unsigned long long limit = 0;
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL || !PyArg_ParseTuple(args, "O!O!|K:map", &PyList_Type,
                                           &routes, &PyList_Type, &shape,
                                           &limit)) {
        return NULL;
    }
    const bcn_cube *core = py_cube_of(op);
    mapping *m = bcn_calloc(1, sizeof *m);
    if (m == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = NULL;
    if (parse_mapping(m, core, routes, shape) == 0) {
        bcn_error error = {{0}};
        bcn_cube *out = NULL;
        bcn_status status;
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
        status = bcn_cube_map(core, m->routes, &m->shape, limit, &out, &error);
        PY_CORE_END(&watch)
        result = status == BCN_OK ? py_cube_new(state, out)
                                  : py_raise(status, &error);
    }
    for (size_t d = 0; d < BCN_DIMS_MAX; d++) {
        py_numbers_close(&m->tables[d]);
    }
    bcn_free(m);
    return result;
}
