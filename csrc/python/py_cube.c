#include "python/binding.h"

#include <string.h>

#include "model/cube.h"
#include "model/cube_maker.h"
#include "model/cube_ops.h"
#include "model/cube_read.h"
#include "python/py_cube.h"

/* A cube and its shape as the buffer protocol wants it. */
typedef struct cube_object {
    PyObject_HEAD
    bcn_cube *core;
    Py_ssize_t shape[BCN_DIMS_MAX];
    Py_ssize_t strides[BCN_DIMS_MAX];
} cube_object;

static const bcn_cube *
core_of(PyObject *op)
{
    return ((cube_object *)op)->core;
}

static PyObject *
object_new(PyTypeObject *type, bcn_cube *core)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    cube_object *self = (cube_object *)alloc(type, 0);
    if (self == NULL) {
        bcn_cube_drop(core);
        return NULL;
    }
    self->core = core;
    Py_ssize_t stride = 8;
    for (size_t d = core->shape.ndim; d-- > 0;) {
        self->shape[d] = (Py_ssize_t)core->shape.dims[d];
        self->strides[d] = stride;
        stride *= self->shape[d] > 0 ? self->shape[d] : 1;
    }
    return (PyObject *)self;
}

PyObject *
py_cube_new(py_state *state, bcn_cube *core)
{
    return object_new(state->cube_type, core);
}

const bcn_cube *
py_cube_core(py_state *state, PyObject *op)
{
    if (!PyObject_TypeCheck(op, state->cube_type)) {
        PyErr_Format(PyExc_TypeError, "expected a Cube");
        return NULL;
    }
    return core_of(op);
}

PyObject *
py_wide(bcn_wide value)
{
    if (bcn_wide_fits(value)) {
        return PyLong_FromLongLong((long long)(int64_t)value.low);
    }
    PyObject *result = NULL, *shifted = NULL;
    PyObject *high = PyLong_FromLongLong(value.high);
    PyObject *low = PyLong_FromUnsignedLongLong(value.low);
    PyObject *bits = PyLong_FromLong(64);
    if (high != NULL && low != NULL && bits != NULL) {
        shifted = PyNumber_Lshift(high, bits);
    }
    if (shifted != NULL) {
        result = PyNumber_Or(shifted, low);
    }
    Py_XDECREF(shifted);
    Py_XDECREF(high);
    Py_XDECREF(low);
    Py_XDECREF(bits);
    return result;
}

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

PyDoc_STRVAR(cube_doc,
             "Cube(other, /)\n--\n\n"
             "Exact whole numbers over a shape, immutable; shares the cells "
             "of ``other``.\n\n"
             "``memoryview(cube)`` sees dense cells as int64 without a "
             "copy.\n");

static PyObject *
cube_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)kwargs; /* a subclass may take more in its __init__ */
    py_state *state = py_state_of_type(type);
    if (state == NULL) {
        return NULL;
    }
    if (PyTuple_Size(args) < 1) {
        PyErr_SetString(PyExc_TypeError, "Cube() needs a cube");
        return NULL;
    }
    PyObject *other = PyTuple_GetItem(args, 0);
    if (other == NULL || py_cube_core(state, other) == NULL) {
        return NULL;
    }
    return object_new(type, bcn_cube_keep(((cube_object *)other)->core));
}

static int
cube_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    (void)op;
    (void)args;
    (void)kwargs;
    return 0;
}

static void
cube_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    bcn_cube_drop(((cube_object *)op)->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

static int
cube_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    cube_object *self = (cube_object *)op;
    const bcn_cube *core = self->core;
    const char *reason = NULL;
    if (flags & PyBUF_WRITABLE) {
        reason = "a cube is read-only";
    } else if (core->index != NULL) {
        reason = "most cells of this cube are 0, so it holds the others only: "
                 "dense() lays all cells out";
    } else if (core->high != NULL) {
        reason = "some figures do not fit int64";
    } else if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS &&
               core->shape.ndim > 1) {
        reason = "the cells are in row-major order";
    }
    if (reason != NULL) {
        PyErr_SetString(PyExc_BufferError, reason);
        view->obj = NULL;
        return -1;
    }
    view->buf = bcn_block_data(core->low);
    view->obj = Py_NewRef(op);
    view->len = (Py_ssize_t)(core->size * 8);
    view->readonly = 1;
    view->itemsize = 8;
    view->format = (flags & PyBUF_FORMAT) ? "q" : NULL;
    view->ndim = (int)core->shape.ndim;
    view->shape = (flags & PyBUF_ND) ? self->shape : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? self->strides
                                                             : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
    return 0;
}

/* Getters. */

static PyObject *
cube_shape(PyObject *op, void *closure)
{
    (void)closure;
    const bcn_shape *shape = &core_of(op)->shape;
    PyObject *tuple = PyTuple_New((Py_ssize_t)shape->ndim);
    for (size_t d = 0; tuple != NULL && d < shape->ndim; d++) {
        PyObject *dim = PyLong_FromUnsignedLongLong(shape->dims[d]);
        if (dim == NULL || PyTuple_SetItem(tuple, (Py_ssize_t)d, dim) < 0) {
            Py_CLEAR(tuple);
        }
    }
    return tuple;
}

static PyObject *
cube_ndim(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromSize_t(core_of(op)->shape.ndim);
}

static PyObject *
cube_size(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLongLong(core_of(op)->size);
}

static PyObject *
cube_nonzero(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLongLong(bcn_cube_nonzero(core_of(op)));
}

static PyObject *
cube_is_sparse(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(core_of(op)->index != NULL);
}

static PyObject *
cube_is_wide(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(core_of(op)->high != NULL);
}

static PyObject *
cube_nbytes(PyObject *op, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLongLong(bcn_cube_bytes(core_of(op)));
}

/* Reading. */

PyDoc_STRVAR(total_doc, "total($self, /)\n--\n\nReturn the sum of all cells.");

static PyObject *
cube_total(PyObject *op, PyObject *unused)
{
    (void)unused;
    return py_wide(bcn_cube_total(core_of(op)));
}

PyDoc_STRVAR(extent_doc,
             "extent($self, /)\n--\n\n"
             "Return the least and the greatest value of all cells.");

static PyObject *
cube_extent(PyObject *op, PyObject *unused)
{
    (void)unused;
    bcn_wide least, greatest;
    bcn_cube_extent(core_of(op), &least, &greatest);
    return Py_BuildValue("NN", py_wide(least), py_wide(greatest));
}

PyDoc_STRVAR(item_doc,
             "item($self, /, *positions)\n--\n\n"
             "Return one cell: one position from 0 on per dimension.\n\n"
             "Raise IndexError for a position outside the shape.");

static PyObject *
cube_item(PyObject *op, PyObject *args)
{
    const bcn_cube *core = core_of(op);
    if (PyTuple_Size(args) != (Py_ssize_t)core->shape.ndim) {
        PyErr_Format(PyExc_TypeError, "this cube has %zu dimensions, not %zd",
                     core->shape.ndim, PyTuple_Size(args));
        return NULL;
    }
    uint64_t index = 0;
    for (size_t d = 0; d < core->shape.ndim; d++) {
        Py_ssize_t position = PyNumber_AsSsize_t(
            PyTuple_GetItem(args, (Py_ssize_t)d), PyExc_IndexError);
        if (position == -1 && PyErr_Occurred()) {
            return NULL;
        }
        if (position < 0 || (uint64_t)position >= core->shape.dims[d]) {
            PyErr_Format(PyExc_IndexError,
                         "position %zd is outside dimension %zu", position, d);
            return NULL;
        }
        index = index * core->shape.dims[d] + (uint64_t)position;
    }
    return py_wide(bcn_cube_item(core, index));
}

PyDoc_STRVAR(check_doc,
             "check($self, /)\n--\n\n"
             "Raise ValueError when the cube breaks its invariant.");

static PyObject *
cube_check(PyObject *op, PyObject *unused)
{
    (void)unused;
    bcn_error error = {{0}};
    bcn_status status = bcn_cube_check(core_of(op), &error);
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(equal_doc,
             "equal($self, other, /)\n--\n\n"
             "Tell whether two cubes have the same shape and figures.");

static PyObject *
cube_equal(PyObject *op, PyObject *other)
{
    py_state *state = py_state_of_type(Py_TYPE(op));
    const bcn_cube *b = state == NULL ? NULL : py_cube_core(state, other);
    if (b == NULL) {
        return NULL;
    }
    return PyBool_FromLong(bcn_cube_equal(core_of(op), b));
}

/* New cubes. */

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
    status = bcn_cube_add(core_of(op), b, subtract, limit, &out, &error);
    PY_CORE_END(&watch)
    return finish(op, status, out, &error);
}

PyDoc_STRVAR(add_doc, "add($self, other, limit=0, /)\n--\n\n"
                      "Return the sum of two cubes of one shape.");

static PyObject *
cube_add(PyObject *op, PyObject *args)
{
    return add_cubes(op, args, false);
}

PyDoc_STRVAR(subtract_doc, "subtract($self, other, limit=0, /)\n--\n\n"
                           "Return the difference of two cubes of one shape.");

static PyObject *
cube_subtract(PyObject *op, PyObject *args)
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

PyDoc_STRVAR(sum_doc,
             "sum($self, keep, limit=0, /)\n--\n\n"
             "Sum over the dimensions whose entry in ``keep`` is false.\n\n"
             "``keep`` has one entry per dimension.");

static PyObject *
cube_sum(PyObject *op, PyObject *args)
{
    PyObject *mask;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "O|K", &mask, &limit)) {
        return NULL;
    }
    const bcn_cube *core = core_of(op);
    size_t count;
    uint64_t *numbers = read_numbers(mask, &count);
    if (numbers == NULL) {
        return NULL;
    }
    bool keep[BCN_DIMS_MAX] = {false};
    bool fits = count == core->shape.ndim;
    for (size_t d = 0; fits && d < count; d++) {
        keep[d] = numbers[d] != 0;
    }
    PyMem_Free(numbers);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "one entry per dimension");
        return NULL;
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

PyDoc_STRVAR(permute_doc,
             "permute($self, order, limit=0, /)\n--\n\n"
             "Return the cube with dimension i taken from order[i].");

static PyObject *
cube_permute(PyObject *op, PyObject *args)
{
    PyObject *sequence;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "O|K", &sequence, &limit)) {
        return NULL;
    }
    const bcn_cube *core = core_of(op);
    size_t count, order[BCN_DIMS_MAX] = {0};
    uint64_t *numbers = read_numbers(sequence, &count);
    if (numbers == NULL) {
        return NULL;
    }
    bool fits = count == core->shape.ndim;
    for (size_t d = 0; fits && d < count; d++) {
        order[d] = numbers[d] < BCN_DIMS_MAX ? (size_t)numbers[d] : SIZE_MAX;
    }
    PyMem_Free(numbers);
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "one entry per dimension");
        return NULL;
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

PyDoc_STRVAR(take_doc,
             "take($self, dim, positions, limit=0, /)\n--\n\n"
             "Return the given positions of one dimension, in that order.");

static PyObject *
cube_take(PyObject *op, PyObject *args)
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
    status = bcn_cube_take(core_of(op), (size_t)dim, positions, count, limit,
                           &out, &error);
    PY_CORE_END(&watch)
    PyMem_Free(positions);
    return finish(op, status, out, &error);
}

PyDoc_STRVAR(pick_doc,
             "pick($self, dim, position, limit=0, /)\n--\n\n"
             "Return one position of one dimension, without that dimension.");

static PyObject *
cube_pick(PyObject *op, PyObject *args)
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
    status = bcn_cube_pick(core_of(op), (size_t)dim, (uint64_t)position, limit,
                           &out, &error);
    PY_CORE_END(&watch)
    return finish(op, status, out, &error);
}

/* Lists. */

static PyObject *
memory_of(py_state *state, bcn_block *block, uint64_t count, char format)
{
    if (block == NULL) {
        return Py_NewRef(Py_None);
    }
    return py_memory_new(state, block, 0, (size_t)count, format);
}

PyDoc_STRVAR(nonzeros_doc,
             "nonzeros($self, limit=0, /)\n--\n\n"
             "Return (index, values, high) of the cells that are not 0.\n\n"
             "Ascending uint64 cell numbers and int64 values; ``high`` holds "
             "the\nhigh words of 128-bit figures, None when all fit int64.");

static PyObject *
cube_nonzeros(PyObject *op, PyObject *args)
{
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "|K", &limit)) {
        return NULL;
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_list list;
    bcn_status status = bcn_cube_nonzeros(core_of(op), limit, &list, &error);
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *result =
        Py_BuildValue("NNN", memory_of(state, list.index, list.count, 'Q'),
                      memory_of(state, list.low, list.count, 'q'),
                      memory_of(state, list.high, list.count, 'q'));
    bcn_list_drop(&list);
    return result;
}

PyDoc_STRVAR(columns_doc,
             "columns($self, zeros=True, start=0, stop=None, limit=0, /)\n"
             "--\n\n"
             "Return (codes, values, high): cells as columns for export.\n\n"
             "``codes`` has one uint32 column of positions per dimension; "
             "``zeros=False``\nleaves the cells with 0 out.  ``start`` and "
             "``stop`` bound the cell numbers.");

static PyObject *
cube_columns(PyObject *op, PyObject *args)
{
    const bcn_cube *core = core_of(op);
    int zeros = 1;
    unsigned long long start = 0, limit = 0;
    PyObject *last = Py_None;
    if (!PyArg_ParseTuple(args, "|pKOK", &zeros, &start, &last, &limit)) {
        return NULL;
    }
    unsigned long long stop =
        last == Py_None ? core->size : PyLong_AsUnsignedLongLong(last);
    if (PyErr_Occurred()) {
        return NULL;
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_list list;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_columns(core, zeros != 0, start, stop, limit, &list,
                              &error);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *result = NULL;
    PyObject *codes = PyTuple_New((Py_ssize_t)list.ndim);
    for (size_t d = 0; codes != NULL && d < list.ndim; d++) {
        PyObject *column = memory_of(state, list.codes[d], list.count, 'I');
        if (column == NULL ||
            PyTuple_SetItem(codes, (Py_ssize_t)d, column) < 0) {
            Py_CLEAR(codes);
        }
    }
    if (codes != NULL) {
        result =
            Py_BuildValue("NNN", codes,
                          memory_of(state, list.low, list.count, 'q'),
                          memory_of(state, list.high, list.count, 'q'));
    }
    bcn_list_drop(&list);
    return result;
}

/* Masks to leave out: None, or per dimension None or one byte per position. */
static bool
read_omit(const bcn_cube *core, PyObject *drop, bcn_omit *omit)
{
    if (drop == Py_None) {
        return true;
    }
    if (PySequence_Size(drop) != (Py_ssize_t)core->shape.ndim) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "one entry per dimension");
        }
        return false;
    }
    for (size_t d = 0; d < core->shape.ndim; d++) {
        PyObject *mask = PySequence_GetItem(drop, (Py_ssize_t)d);
        char *bytes;
        Py_ssize_t length;
        if (mask == NULL) {
            return false;
        }
        Py_DECREF(mask); /* `drop` holds it */
        if (mask == Py_None) {
            continue;
        }
        if (PyBytes_AsStringAndSize(mask, &bytes, &length) < 0) {
            return false;
        }
        if ((uint64_t)length != core->shape.dims[d]) {
            PyErr_SetString(PyExc_ValueError, "one byte per position");
            return false;
        }
        omit->drop[d] = (const uint8_t *)bytes;
    }
    return true;
}

PyDoc_STRVAR(top_doc,
             "top($self, n, drop=None, diagonal=False, /)\n--\n\n"
             "Return (index, values) of the n largest cells that are not 0.\n"
             "\n"
             "By value, then by cell number.  ``drop`` has per dimension None "
             "or one byte\nper position, not 0 where cells are left out; "
             "``diagonal`` leaves out those\nat equal positions of the first "
             "two dimensions.");

static PyObject *
cube_top(PyObject *op, PyObject *args)
{
    const bcn_cube *core = core_of(op);
    Py_ssize_t n;
    PyObject *drop = Py_None, *values = NULL, *result = NULL;
    int diagonal = 0;
    bcn_omit omit = {{0}, false};
    if (!PyArg_ParseTuple(args, "n|Op", &n, &drop, &diagonal)) {
        return NULL;
    }
    if (drop != Py_None && !PyTuple_Check(drop)) {
        PyErr_SetString(PyExc_TypeError, "drop is a tuple or None");
        return NULL;
    }
    omit.diagonal = diagonal != 0;
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL || !read_omit(core, drop, &omit)) {
        return NULL;
    }
    uint64_t count = n < 0 ? 0 : (uint64_t)n;
    count = count < core->stored ? count : core->stored;
    bcn_entry *entries = bcn_alloc((size_t)count, sizeof *entries);
    if (entries == NULL) {
        return PyErr_NoMemory();
    }
    count = bcn_cube_top(core, count, &omit, entries);
    bcn_block *index = bcn_block_new((size_t)count, 8, false);
    if (index == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    values = PyList_New((Py_ssize_t)count);
    for (uint64_t i = 0; values != NULL && i < count; i++) {
        PyObject *value = py_wide(entries[i].value);
        ((uint64_t *)bcn_block_data(index))[i] = entries[i].index;
        if (value == NULL || PyList_SetItem(values, (Py_ssize_t)i, value) < 0) {
            Py_CLEAR(values);
        }
    }
    if (values != NULL) {
        result =
            Py_BuildValue("NN", memory_of(state, index, count, 'Q'), values);
    }
done:
    bcn_block_drop(index);
    bcn_free(entries);
    return result;
}

PyDoc_STRVAR(dense_doc,
             "dense($self, limit=0, /)\n--\n\n"
             "Return all cells as one int64 Memory, zeros included.\n\n"
             "No copy when the cube is dense.  Raise MemoryError with the "
             "size when they\nwould pass ``limit`` bytes, OverflowError when a "
             "figure does not fit int64.");

static PyObject *
cube_dense(PyObject *op, PyObject *args)
{
    const bcn_cube *core = core_of(op);
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "|K", &limit)) {
        return NULL;
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    if (core->high != NULL) {
        return py_raise(BCN_OVERFLOW, NULL);
    }
    if (core->index == NULL) {
        return memory_of(state, core->low, core->size, 'q');
    }
    bcn_status status = bcn_shape_afford(core->size, 8, limit, &error);
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    bcn_block *block = bcn_block_new((size_t)core->size, 8, true);
    if (block == NULL) {
        return PyErr_NoMemory();
    }
    bcn_walk walk = {.cube = core};
    while (bcn_walk_next(&walk)) {
        ((int64_t *)bcn_block_data(block))[walk.index] =
            (int64_t)walk.value.low;
    }
    PyObject *memory = memory_of(state, block, core->size, 'q');
    bcn_block_drop(block);
    return memory;
}

static PyGetSetDef cube_getset[] = {
    {"shape", cube_shape, NULL, "The length of every dimension.", NULL},
    {"ndim", cube_ndim, NULL, "The number of dimensions.", NULL},
    {"size", cube_size, NULL, "The number of cells.", NULL},
    {"nonzero", cube_nonzero, NULL, "The number of cells not 0.", NULL},
    {"is_sparse", cube_is_sparse, NULL, "Are only cells not 0 held?", NULL},
    {"is_wide", cube_is_wide, NULL, "Does a figure not fit int64?", NULL},
    {"nbytes", cube_nbytes, NULL, "The bytes of memory held.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef cube_methods[] = {
    {"total", cube_total, METH_NOARGS, total_doc},
    {"extent", cube_extent, METH_NOARGS, extent_doc},
    {"item", cube_item, METH_VARARGS, item_doc},
    {"check", cube_check, METH_NOARGS, check_doc},
    {"equal", cube_equal, METH_O, equal_doc},
    {"add", cube_add, METH_VARARGS, add_doc},
    {"subtract", cube_subtract, METH_VARARGS, subtract_doc},
    {"sum", cube_sum, METH_VARARGS, sum_doc},
    {"permute", cube_permute, METH_VARARGS, permute_doc},
    {"take", cube_take, METH_VARARGS, take_doc},
    {"pick", cube_pick, METH_VARARGS, pick_doc},
    {"nonzeros", cube_nonzeros, METH_VARARGS, nonzeros_doc},
    {"columns", cube_columns, METH_VARARGS, columns_doc},
    {"top", cube_top, METH_VARARGS, top_doc},
    {"dense", cube_dense, METH_VARARGS, dense_doc},
    {"from_cells", (PyCFunction)(void (*)(void))py_cube_from_cells,
     METH_VARARGS | METH_CLASS, py_cube_from_cells_doc},
    {"from_sparse", (PyCFunction)(void (*)(void))py_cube_from_sparse,
     METH_VARARGS | METH_CLASS, py_cube_from_sparse_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot cube_slots[] = {
    {Py_tp_doc, (void *)cube_doc},
    {Py_tp_new, cube_new},
    {Py_tp_init, cube_init},
    {Py_tp_dealloc, cube_dealloc},
    {Py_tp_getset, cube_getset},
    {Py_tp_methods, cube_methods},
    {Py_bf_getbuffer, cube_getbuffer},
    {0, NULL},
};

static PyType_Spec cube_spec = {
    .name = "interpol_bcn._core.Cube",
    .basicsize = sizeof(cube_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = cube_slots,
};

int
py_cube_ready(PyObject *module)
{
    if (py_type_ready(module, &cube_spec, &py_state_of(module)->cube_type) <
        0) {
        return -1;
    }
    return PyModule_AddFunctions(module, py_cube_functions);
}
