#include <string.h>

#include "model/cube_ops.h"
#include "python/py_cube.h"

/* New cubes from cubes: what the methods of that kind do. */

static PyObject *
finish(PyObject *op, bcn_status status, bcn_cube *cube,
       const bcn_error *error)
{
    if (status != BCN_OK) {
        return py_raise(status, error);
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        bcn_cube_drop(cube);
        return NULL;
    }
    return py_cube_new(state, cube);
}

static PyObject *
add_cubes(PyObject *op, PyObject *args, bool subtract)
{
    PyObject *other;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "O|K", &other, &limit)) {
        return NULL;
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    const bcn_cube *b = state == NULL ? NULL : py_cube_core(state, other);
    if (b == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_cube *out = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_add(py_cube_of(op), b, subtract, limit, &out, &error);
    PY_CORE_END(&watch)
    return finish(op, status, out, &error);
}

const char py_cube_add_doc[] =
    "add($self, other, limit=0, /)\n--\n\n"
    "Return the sum of two cubes of one shape.";

PyObject *
py_cube_add(PyObject *op, PyObject *args)
{
    return add_cubes(op, args, false);
}

const char py_cube_subtract_doc[] =
    "subtract($self, other, limit=0, /)\n--\n\n"
    "Return the difference of two cubes of one shape.";

PyObject *
py_cube_subtract(PyObject *op, PyObject *args)
{
    return add_cubes(op, args, true);
}

/* A sequence of whole numbers as uint64_t; release with PyMem_Free. */
static uint64_t *
read_numbers(PyObject *sequence, size_t *count)
{
    Py_ssize_t length = PySequence_Size(sequence);
    if (length < 0) {
        return NULL;
    }
    uint64_t *numbers = PyMem_Malloc(((size_t)length + 1) * sizeof *numbers);
    if (numbers == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        if (item == NULL) {
            PyMem_Free(numbers);
            return NULL;
        }
        PyObject *whole = PyNumber_Index(item);
        Py_DECREF(item);
        numbers[i] = whole == NULL ? 0 : PyLong_AsUnsignedLongLong(whole);
        Py_XDECREF(whole);
        if (PyErr_Occurred()) {
            PyMem_Free(numbers);
            return NULL;
        }
    }
    *count = (size_t)length;
    return numbers;
}

/* One number per dimension of the cube. */
static int
read_dimensions(const bcn_cube *core, PyObject *sequence,
                uint64_t numbers[BCN_DIMS_MAX])
{
    size_t count;
    uint64_t *given = read_numbers(sequence, &count);
    if (given == NULL) {
        return -1;
    }
    bool fits = count == core->shape.ndim;
    if (fits && count != 0) {
        memcpy(numbers, given, count * sizeof *numbers);
    }
    PyMem_Free(given);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "one entry per dimension");
        return -1;
    }
    return 0;
}

const char py_cube_sum_doc[] =
    "sum($self, keep, limit=0, /)\n--\n\n"
    "Sum over the dimensions whose entry in ``keep`` is false.\n\n"
             "``keep`` has one entry per dimension.";

PyObject *
py_cube_sum(PyObject *op, PyObject *args)
{
    PyObject *mask;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "O|K", &mask, &limit)) {
        return NULL;
    }
    const bcn_cube *core = py_cube_of(op);
    uint64_t numbers[BCN_DIMS_MAX];
    if (read_dimensions(core, mask, numbers) < 0) {
        return NULL;
    }
    bool keep[BCN_DIMS_MAX] = {false};
    for (size_t d = 0; d < core->shape.ndim; d++) {
        keep[d] = numbers[d] != 0;
    }
    bcn_error error = {{0}};
    bcn_cube *out = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_sum(core, keep, limit, &out, &error);
    PY_CORE_END(&watch)
    return finish(op, status, out, &error);
}

const char py_cube_permute_doc[] =
    "permute($self, order, limit=0, /)\n--\n\n"
    "Return the cube with dimension i taken from order[i].";

PyObject *
py_cube_permute(PyObject *op, PyObject *args)
{
    PyObject *sequence;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "O|K", &sequence, &limit)) {
        return NULL;
    }
    const bcn_cube *core = py_cube_of(op);
    uint64_t numbers[BCN_DIMS_MAX];
    if (read_dimensions(core, sequence, numbers) < 0) {
        return NULL;
    }
    size_t order[BCN_DIMS_MAX] = {0};
    for (size_t d = 0; d < core->shape.ndim; d++) {
        order[d] = numbers[d] < BCN_DIMS_MAX ? (size_t)numbers[d] : SIZE_MAX;
    }
    bcn_error error = {{0}};
    bcn_cube *out = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_permute(core, order, limit, &out, &error);
    PY_CORE_END(&watch)
    return finish(op, status, out, &error);
}

const char py_cube_take_doc[] =
    "take($self, dim, positions, limit=0, /)\n--\n\n"
    "Return the given positions of one dimension, in that order.";

PyObject *
py_cube_take(PyObject *op, PyObject *args)
{
    Py_ssize_t dim;
    PyObject *sequence;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "nO|K", &dim, &sequence, &limit)) {
        return NULL;
    }
    size_t count;
    uint64_t *positions = read_numbers(sequence, &count);
    if (positions == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_cube *out = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_take(py_cube_of(op), (size_t)dim, positions, count, limit,
                           &out, &error);
    PY_CORE_END(&watch)
    PyMem_Free(positions);
    return finish(op, status, out, &error);
}

const char py_cube_pick_doc[] =
    "pick($self, dim, position, limit=0, /)\n--\n\n"
    "Return one position of one dimension, without that dimension.";

PyObject *
py_cube_pick(PyObject *op, PyObject *args)
{
    Py_ssize_t dim, position;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "nn|K", &dim, &position, &limit)) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_cube *out = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_pick(py_cube_of(op), (size_t)dim, (uint64_t)position,
                           limit, &out, &error);
    PY_CORE_END(&watch)
    return finish(op, status, out, &error);
}
