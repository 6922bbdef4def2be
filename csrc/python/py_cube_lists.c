#include "model/cube_read.h"
#include "python/py_cube.h"

/* A cube as lists: what its methods nonzeros, columns, top and dense do. */

static PyObject *
memory_of(py_state *state, bcn_block *block, uint64_t count, char format)
{
    if (block == NULL) {
        return Py_NewRef(Py_None);
    }
    return py_memory_new(state, block, 0, (size_t)count, format);
}

const char py_cube_nonzeros_doc[] =
    "nonzeros($self, limit=0, /)\n--\n\n"
    "Return (index, values, high) of the cells that are not 0.\n\n"
    "Ascending uint64 cell numbers and int64 values; ``high`` holds "
    "the\nhigh words of 128-bit figures, None when all fit int64.";

PyObject *
py_cube_nonzeros(PyObject *op, PyObject *args)
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
    bcn_status status = bcn_cube_nonzeros(py_cube_of(op), limit, &list, &error);
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

const char py_cube_columns_doc[] =
    "columns($self, zeros=True, start=0, stop=None, limit=0, /)\n"
    "--\n\n"
    "Return (codes, values, high): cells as columns for export.\n\n"
    "``codes`` has one uint32 column of positions per dimension; "
    "``zeros=False``\nleaves the cells with 0 out.  ``start`` and "
    "``stop`` bound the cell numbers.";

PyObject *
py_cube_columns(PyObject *op, PyObject *args)
{
    const bcn_cube *core = py_cube_of(op);
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

const char py_cube_top_doc[] =
    "top($self, n, drop=None, diagonal=False, /)\n--\n\n"
    "Return (index, values) of the n largest cells that are not 0.\n"
    "\n"
    "By value, then by cell number.  ``drop`` has per dimension None "
    "or one byte\nper position, not 0 where cells are left out; "
    "``diagonal`` leaves out those\nat equal positions of the first "
    "two dimensions.";

PyObject *
py_cube_top(PyObject *op, PyObject *args)
{
    const bcn_cube *core = py_cube_of(op);
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

const char py_cube_dense_doc[] =
    "dense($self, limit=0, /)\n--\n\n"
    "Return all cells as one int64 Memory, zeros included.\n\n"
    "No copy when the cube keeps int64.  Raise MemoryError with the "
    "size when they\nwould pass ``limit`` bytes, OverflowError when a "
    "figure does not fit int64.";

PyObject *
py_cube_dense(PyObject *op, PyObject *args)
{
    const bcn_cube *core = py_cube_of(op);
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "|K", &limit)) {
        return NULL;
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_block *block = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_lay(core, limit, &block, &error);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *memory = memory_of(state, block, core->size, 'q');
    bcn_block_drop(block);
    return memory;
}
