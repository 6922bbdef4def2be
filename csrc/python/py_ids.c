/* py_ids.c - records by their identity: an immutable Python class. */
#include "model/tally_ids.h"
#include "python/py_question.h"
#include "python/py_tally.h"

typedef struct py_ids {
    PyObject_HEAD
    bcn_ids *core;
} py_ids;

static PyObject *
ids_new(py_state *state, bcn_ids *core)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(state->ids_type, Py_tp_alloc);
    py_ids *self = (py_ids *)alloc(state->ids_type, 0);
    if (self == NULL) {
        bcn_ids_free(core);
        return NULL;
    }
    self->core = core;
    return (PyObject *)self;
}

static void
ids_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    bcn_ids_free(((py_ids *)op)->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

/* --- from rows ---------------------------------------------------------------- */

typedef struct taking {
    bcn_ids_column columns[BCN_MAX_FIELDS];
    Py_buffer views[BCN_MAX_FIELDS];
    size_t count, view_count;
} taking;

static void
taking_close(taking *self)
{
    for (size_t i = 0; i < self->view_count; i++) {
        PyBuffer_Release(&self->views[i]);
    }
}

/* From a list of (column, digests of its labels or None). */
static int
taking_open(taking *self, const bcn_log *log, PyObject *list)
{
    Py_ssize_t count = PyList_Size(list);
    for (Py_ssize_t i = 0; i < count && i < BCN_MAX_FIELDS; i++) {
        PyObject *item = PySequence_GetItem(list, i), *texts;
        Py_ssize_t column;
        if (item == NULL ||
            !PyArg_ParseTuple(item, "nO:column", &column, &texts)) {
            Py_XDECREF(item);
            return -1;
        }
        bcn_ids_column *one = &self->columns[self->count++];
        *one = (bcn_ids_column){.column = (size_t)column};
        int got = 0;
        if (texts != Py_None) {
            Py_buffer *view = &self->views[self->view_count];
            got = PyObject_GetBuffer(texts, view, PyBUF_SIMPLE);
            if (got == 0) {
                self->view_count++;
                one->texts = view->buf;
                one->labels = (size_t)view->len / 16;
            }
        }
        Py_DECREF(item);
        if (got < 0) {
            return -1;
        }
        if (column < 0 || (size_t)column >= bcn_log_count(log)) {
            PyErr_SetString(PyExc_IndexError, "no such column");
            return -1;
        }
    }
    return 0;
}

PyDoc_STRVAR(from_rows_doc,
             "from_rows($type, log, id, keys, values, question, amount,\n"
             "          cells, buckets, /)\n--\n\n"
             "Return (ids, cells, amounts, rows): the records of rows with an id, "
             "the counted cells of the others, how many rows had one.\n\n"
             "``question`` is (terms, dials, ranges) as of Log.run; ``keys`` and "
             "``values`` are lists of (column, digests of labels or None).\n");

static PyObject *
given(py_state *state, bcn_ids *ids, bcn_block *cells, bcn_block *amounts,
      size_t loose, size_t identified)
{
    PyObject *made = ids_new(state, ids);
    PyObject *places = py_memory_new(state, cells, 0, loose, 'Q');
    PyObject *values = py_memory_new(state, amounts, 0, loose, 'q');
    if (made == NULL || places == NULL || values == NULL) {
        Py_XDECREF(made);
        Py_XDECREF(places);
        Py_XDECREF(values);
        return NULL;
    }
    return Py_BuildValue("(NNNn)", made, places, values,
                         (Py_ssize_t)identified);
}

static PyObject *
run(py_state *state, py_question *q, bcn_ids_rows *rows)
{
    size_t count = q->plan.rows, loose = 0, identified = 0;
    bcn_block *row_cells = bcn_block_new(count, 8, false);
    bcn_block *cells = bcn_block_new(count, 8, false);
    bcn_block *amounts = bcn_block_new(count, 8, false);
    bcn_status status = BCN_NOMEM;
    bcn_error error = {""};
    bcn_ids *ids = NULL;
    if (row_cells != NULL && cells != NULL && amounts != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
        bcn_plan_row_cells(&q->plan, bcn_block_data(row_cells));
        rows->cells = bcn_block_data(row_cells);
        status = bcn_ids_of_rows(rows, &watch.core, bcn_block_data(cells),
                                 bcn_block_data(amounts), &loose, &identified,
                                 &ids, &error);
        PY_CORE_END(&watch)
    }
    PyObject *result = status == BCN_OK
                           ? given(state, ids, cells, amounts, loose,
                                   identified)
                           : py_raise(status, &error);
    bcn_block_drop(row_cells);
    bcn_block_drop(cells);
    bcn_block_drop(amounts);
    return result;
}

static PyObject *
ids_from_rows(PyObject *type, PyObject *args)
{
    py_state *state = py_state_of_type((PyTypeObject *)type);
    PyObject *log, *key_list, *value_list, *terms, *dials, *ranges, *list;
    Py_ssize_t id, amount;
    unsigned long long cells;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!nO!O!(O!O!O!)nKO!:from_rows",
                          state->log_type, &log, &id, &PyList_Type, &key_list,
                          &PyList_Type, &value_list, &PyList_Type, &terms,
                          &PyList_Type, &dials, &PyList_Type, &ranges, &amount,
                          &cells, &PyList_Type, &list)) {
        return NULL;
    }
    py_log *records = (py_log *)log;
    PyObject *shape = PyList_New(0); /* rows have cells of 64 bits */
    py_question *q =
        shape == NULL ? NULL
                      : py_question_new(records, shape, terms, dials, ranges);
    Py_XDECREF(shape);
    if (q == NULL) {
        return NULL;
    }
    taking keys = {.count = 0}, values = {.count = 0};
    py_buckets buckets = {.count = 0};
    PyObject *result = NULL;
    size_t columns = bcn_log_count(records->core);
    if (taking_open(&keys, records->core, key_list) < 0 ||
        taking_open(&values, records->core, value_list) < 0 ||
        py_buckets_open(list, &buckets) < 0) {
        goto done;
    }
    if (id < 0 || (size_t)id >= columns || amount >= (Py_ssize_t)columns ||
        cells == 0 || buckets.count > 1 ||
        !bcn_log_at(records->core, (size_t)id)->present) {
        PyErr_SetString(PyExc_ValueError, "these rows have no such identity");
        goto done;
    }
    bcn_ids_rows rows = {
        .log = records->core,
        .id = (size_t)id,
        .keys = keys.columns,
        .key_count = keys.count,
        .values = values.columns,
        .value_count = values.count,
        .bucket_cells = cells,
        .buckets = buckets.count != 0 ? buckets.keys[0] : NULL,
        .bucket_count = buckets.count != 0 ? buckets.counts[0] : 0,
    };
    if (amount >= 0) {
        rows.amount = &bcn_log_at(records->core, (size_t)amount)->view;
    }
    result = run(state, q, &rows);
done:
    py_buckets_close(&buckets);
    taking_close(&keys);
    taking_close(&values);
    py_question_free(q);
    return result;
}

/* --- methods ------------------------------------------------------------------ */

PyDoc_STRVAR(merge_doc, "merge($self, other, /)\n--\n\n"
                        "Return the records of both.\n");

static PyObject *
ids_merge(PyObject *op, PyObject *other)
{
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        return NULL;
    }
    if (!PyObject_TypeCheck(other, state->ids_type)) {
        PyErr_SetString(PyExc_TypeError, "ids merge with ids");
        return NULL;
    }
    bcn_ids *core = NULL;
    bcn_status status;
    Py_BEGIN_ALLOW_THREADS
    status = bcn_ids_merge(((py_ids *)op)->core, ((py_ids *)other)->core,
                           &core);
    Py_END_ALLOW_THREADS
    return status == BCN_OK ? ids_new(state, core) : py_raise(status, NULL);
}

PyDoc_STRVAR(recode_doc, "recode($self, shape, axis, positions, size, /)\n"
                         "--\n\nAs Cells.recode.\n");

static PyObject *
ids_recode(PyObject *op, PyObject *args)
{
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *dims, *object;
    Py_ssize_t axis;
    unsigned long long size;
    bcn_shape shape = {0};
    py_numbers map = {0};
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!nOK:recode", &PyList_Type, &dims, &axis,
                          &object, &size) ||
        py_cells_shape(dims, &shape) < 0 ||
        py_numbers_open(object, &map) < 0) {
        return NULL;
    }
    PyObject *result = NULL;
    if (axis < 0 || (size_t)axis >= shape.ndim || map.width != 4 ||
        map.is_signed || map.count != shape.dims[axis]) {
        PyErr_SetString(PyExc_ValueError,
                        "one uint32 for each position of an axis");
    } else {
        bcn_error error = {""};
        bcn_ids *core = NULL;
        bcn_status status =
            bcn_ids_recode(((py_ids *)op)->core, &shape, (size_t)axis,
                           map.view.buf, size, &core, &error);
        result = status == BCN_OK ? ids_new(state, core)
                                  : py_raise(status, &error);
    }
    py_numbers_close(&map);
    return result;
}

PyDoc_STRVAR(cells_doc, "cells($self, clocks, cells, /)\n--\n\n"
                        "Return the Cells of all records.\n");

static PyObject *
ids_cells(PyObject *op, PyObject *args)
{
    py_state *state = py_state_of_type(Py_TYPE(op));
    Py_ssize_t clocks;
    unsigned long long cells;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "nK:cells", &clocks, &cells)) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_tally *core = NULL;
    bcn_status status;
    Py_BEGIN_ALLOW_THREADS
    status = bcn_ids_tally(((py_ids *)op)->core, (size_t)clocks, cells, &core,
                           &error);
    Py_END_ALLOW_THREADS
    return status == BCN_OK ? py_cells_new(state, core, Py_None)
                            : py_raise(status, &error);
}

PyDoc_STRVAR(write_doc, "write($self, /)\n--\n\n"
                        "Return the records as bytes, in their one form.\n");

static PyObject *
ids_write(PyObject *op, PyObject *unused)
{
    (void)unused;
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL) {
        return NULL;
    }
    bcn_writer writer = {0};
    Py_BEGIN_ALLOW_THREADS
    bcn_ids_write(((py_ids *)op)->core, &writer);
    Py_END_ALLOW_THREADS
    bcn_block *block =
        writer.failed ? NULL : bcn_block_wrap(writer.bytes, writer.length);
    if (block == NULL) {
        bcn_writer_free(&writer);
        return PyErr_NoMemory();
    }
    PyObject *memory = py_memory_new(state, block, 0, writer.length, 'B');
    bcn_block_drop(block);
    return memory;
}

PyDoc_STRVAR(read_doc, "read($type, bytes, cells, /)\n--\n\n"
                       "Return the records that `write` gave; ValueError for "
                       "any other bytes.\n");

static PyObject *
ids_read(PyObject *type, PyObject *args)
{
    py_state *state = py_state_of_type((PyTypeObject *)type);
    Py_buffer view;
    unsigned long long cells;
    if (state == NULL || !PyArg_ParseTuple(args, "y*K:read", &view, &cells)) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_ids *core = NULL;
    bcn_status status;
    Py_BEGIN_ALLOW_THREADS
    status = bcn_ids_read(view.buf, (size_t)view.len, cells, &core, &error);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return status == BCN_OK ? ids_new(state, core) : py_raise(status, &error);
}

static Py_ssize_t
ids_length(PyObject *op)
{
    return (Py_ssize_t)((py_ids *)op)->core->count;
}

static PyObject *
ids_same(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((py_ids *)op)->core->same);
}

static PyMethodDef ids_methods[] = {
    {"from_rows", ids_from_rows, METH_VARARGS | METH_CLASS, from_rows_doc},
    {"read", ids_read, METH_VARARGS | METH_CLASS, read_doc},
    {"merge", ids_merge, METH_O, merge_doc},
    {"recode", ids_recode, METH_VARARGS, recode_doc},
    {"cells", ids_cells, METH_VARARGS, cells_doc},
    {"write", ids_write, METH_NOARGS, write_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef ids_getset[] = {
    {"same", ids_same, NULL, "Rows that agree with their record.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(ids_doc, "Records by their identity; immutable.\n");

static PyType_Slot ids_slots[] = {
    {Py_tp_doc, (void *)ids_doc},   {Py_tp_dealloc, ids_dealloc},
    {Py_tp_methods, ids_methods},   {Py_tp_getset, ids_getset},
    {Py_sq_length, ids_length},     {0, NULL},
};

static PyType_Spec ids_spec = {
    .name = "interpol_bcn._core.Ids",
    .basicsize = sizeof(py_ids),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = ids_slots,
};

int
py_ids_ready(PyObject *module)
{
    return py_type_ready(module, &ids_spec, &py_state_of(module)->ids_type);
}
