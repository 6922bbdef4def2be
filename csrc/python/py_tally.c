/* py_tally.c - the cells of a tally as a Python class, and what they carry.
 *
 * A `Cells` changes only in `merge`, which also hands it the new `note`: what
 * the package knows of these figures.  So both change in one step, which no
 * signal can cut in two.  The package's lock keeps calls apart; a call that
 * comes all the same while another works is refused. */
#include "python/py_tally.h"

#include "model/tally_wire.h"
#include "python/py_wire.h"

PyObject *
py_cells_new(py_state *state, bcn_tally *core, PyObject *note)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(state->tally_type, Py_tp_alloc);
    py_cells *self = (py_cells *)alloc(state->tally_type, 0);
    if (self == NULL) {
        bcn_tally_free(core);
        return NULL;
    }
    self->core = core;
    self->note = Py_NewRef(note);
    return (PyObject *)self;
}

int
py_cells_begin(py_cells *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError,
                        "this tally is at work in another call");
        return -1;
    }
    self->busy = true;
    return 0;
}

static PyObject *
cells_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"clocks", "cells", "note", NULL};
    Py_ssize_t clocks;
    unsigned long long count;
    PyObject *note = Py_None;
    py_state *state = py_state_of_type(type);
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "nK|O:Cells", names,
                                     &clocks, &count, &note)) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_tally *core;
    bcn_status status =
        bcn_tally_new(clocks < 0 ? SIZE_MAX : (size_t)clocks, count, &core,
                      &error);
    return status == BCN_OK ? py_cells_new(state, core, note)
                            : py_raise(status, &error);
}

static int
cells_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((py_cells *)op)->note);
    return 0;
}

static int
cells_clear(PyObject *op)
{
    Py_CLEAR(((py_cells *)op)->note);
    return 0;
}

static void
cells_dealloc(PyObject *op)
{
    py_cells *self = (py_cells *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    (void)cells_clear(op);
    bcn_tally_free(self->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

/* --- methods ------------------------------------------------------------------ */

PyDoc_STRVAR(merge_doc,
             "merge($self, other, consume, note, /)\n--\n\n"
             "Add all of another, which is empty afterwards if consumed, and "
             "take the note.\n");

static PyObject *
cells_merge(PyObject *op, PyObject *args)
{
    py_cells *self = (py_cells *)op;
    PyObject *object, *note;
    int consume;
    if (!PyArg_ParseTuple(args, "O!pO:merge", Py_TYPE(op), &object, &consume,
                          &note)) {
        return NULL;
    }
    py_cells *other = (py_cells *)object;
    if (other == self) {
        PyErr_SetString(PyExc_ValueError, "a tally is not added to itself");
        return NULL;
    }
    if (py_cells_begin(self) < 0) {
        return NULL;
    }
    if (py_cells_begin(other) < 0) {
        self->busy = false;
        return NULL;
    }
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_tally_merge(self->core, other->core, consume != 0, &error);
    PY_CORE_END(&watch)
    self->busy = other->busy = false;
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *before = self->note;
    self->note = Py_NewRef(note);
    Py_XDECREF(before);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(copy_doc, "copy($self, /)\n--\n\nReturn the same cells again.\n");

static PyObject *
cells_copy(PyObject *op, PyObject *unused)
{
    (void)unused;
    py_cells *self = (py_cells *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL || py_cells_begin(self) < 0) {
        return NULL;
    }
    bcn_tally *core = NULL;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_tally_copy(self->core, &core);
    PY_CORE_END(&watch)
    self->busy = false;
    return status == BCN_OK ? py_cells_new(state, core, self->note)
                            : py_raise(status, NULL);
}

PyDoc_STRVAR(recode_doc,
             "recode($self, shape, axis, positions, size, /)\n--\n\n"
             "Return the cells with the positions of one axis moved.\n\n"
             "``positions`` are uint32; two that become one are added up.\n");

static PyObject *
cells_recode(PyObject *op, PyObject *args)
{
    py_cells *self = (py_cells *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *dims, *object;
    Py_ssize_t axis;
    unsigned long long size;
    bcn_shape shape = {0};
    py_numbers map = {0};
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!nOK:recode", &PyList_Type, &dims, &axis,
                          &object, &size) ||
        py_cells_shape(dims, &shape) < 0 || py_numbers_open(object, &map) < 0) {
        return NULL;
    }
    PyObject *result = NULL;
    if (axis < 0 || (size_t)axis >= shape.ndim || map.width != 4 ||
        map.is_signed || map.count != shape.dims[axis]) {
        PyErr_SetString(PyExc_ValueError,
                        "one uint32 for each position of an axis");
    } else if (py_cells_begin(self) == 0) {
        bcn_error error = {""};
        bcn_tally *core = NULL;
        py_watch watch;
        py_watch_start(&watch);
        bcn_status status;
        PY_CORE_BEGIN(&watch)
        status = bcn_tally_recode(self->core, &shape, (size_t)axis,
                                  map.view.buf, size, &core, &error);
        PY_CORE_END(&watch)
        self->busy = false;
        result = status == BCN_OK ? py_cells_new(state, core, self->note)
                                  : py_raise(status, &error);
    }
    py_numbers_close(&map);
    return result;
}

PyDoc_STRVAR(cube_doc,
             "cube($self, buckets, shape, limit=0, /)\n--\n\n"
             "Return the Cube over these buckets, with a bucket's cells in a "
             "shape.\n");

static PyObject *
cells_cube(PyObject *op, PyObject *args)
{
    py_cells *self = (py_cells *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *list, *dims;
    unsigned long long limit = 0;
    bcn_shape shape = {0};
    py_buckets given;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!O!|K:cube", &PyList_Type, &list,
                          &PyList_Type, &dims, &limit) ||
        py_cells_shape(dims, &shape) < 0 || py_buckets_open(list, &given) < 0) {
        return NULL;
    }
    PyObject *result = NULL;
    if (given.count != self->core->clocks) {
        PyErr_Format(PyExc_ValueError, "%zu axes of time, not %zu",
                     self->core->clocks, given.count);
    } else if (py_cells_begin(self) == 0) {
        bcn_error error = {""};
        bcn_cube *core = NULL;
        py_watch watch;
        py_watch_start(&watch);
        bcn_status status;
        PY_CORE_BEGIN(&watch)
        status = bcn_tally_cube(self->core, given.keys, given.counts, &shape,
                                limit, &watch.core, &core, &error);
        PY_CORE_END(&watch)
        self->busy = false;
        result = status == BCN_OK ? py_cube_new(state, core)
                                  : py_raise(status, &error);
    }
    py_buckets_close(&given);
    return result;
}

PyDoc_STRVAR(write_doc, "write($self, /)\n--\n\n"
                        "Return the cells as bytes, in their one form.\n");

static PyObject *
cells_write(PyObject *op, PyObject *unused)
{
    (void)unused;
    py_cells *self = (py_cells *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL || py_cells_begin(self) < 0) {
        return NULL;
    }
    bcn_writer writer = {0};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_tally_write(self->core, &watch.core, &writer);
    PY_CORE_END(&watch)
    self->busy = false;
    bcn_block *block =
        status == BCN_OK ? bcn_block_wrap(writer.bytes, writer.length) : NULL;
    if (block == NULL) {
        bcn_writer_free(&writer);
        return py_raise(status == BCN_OK ? BCN_NOMEM : status, NULL);
    }
    PyObject *memory = py_memory_new(state, block, 0, writer.length, 'B');
    bcn_block_drop(block);
    return memory;
}

PyDoc_STRVAR(total_doc, "total($self, /)\n--\n\nReturn the sum of all.\n");

static PyObject *
cells_total(PyObject *op, PyObject *unused)
{
    (void)unused;
    py_cells *self = (py_cells *)op;
    bcn_wide sum = {0, 0};
    if (py_cells_begin(self) < 0) {
        return NULL;
    }
    bcn_status status = bcn_tally_total(self->core, &sum);
    self->busy = false;
    return status == BCN_OK ? py_wide(sum) : py_raise(status, NULL);
}

static Py_ssize_t
cells_length(PyObject *op)
{
    return (Py_ssize_t)((py_cells *)op)->core->count;
}

static PyObject *
cells_note(PyObject *op, void *unused)
{
    (void)unused;
    PyObject *note = ((py_cells *)op)->note;
    return Py_NewRef(note != NULL ? note : Py_None);
}

static PyObject *
cells_shape(PyObject *op, void *unused)
{
    (void)unused;
    const bcn_tally *core = ((py_cells *)op)->core;
    return Py_BuildValue("(nK)", (Py_ssize_t)core->clocks,
                         (unsigned long long)core->cells);
}

static PyObject *
cells_nbytes(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(
        bcn_tally_bytes(((py_cells *)op)->core));
}

static PyMethodDef cells_methods[] = {
    {"from_cube", py_cells_from_cube, METH_VARARGS | METH_CLASS,
     py_cells_from_cube_doc},
    {"from_rows", py_cells_from_rows, METH_VARARGS | METH_CLASS,
     py_cells_from_rows_doc},
    {"add_rows", py_cells_add_rows, METH_VARARGS, py_cells_add_rows_doc},
    {"read", py_cells_read, METH_VARARGS | METH_CLASS, py_cells_read_doc},
    {"merge", cells_merge, METH_VARARGS, merge_doc},
    {"copy", cells_copy, METH_NOARGS, copy_doc},
    {"recode", cells_recode, METH_VARARGS, recode_doc},
    {"cube", cells_cube, METH_VARARGS, cube_doc},
    {"write", cells_write, METH_NOARGS, write_doc},
    {"total", cells_total, METH_NOARGS, total_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef cells_getset[] = {
    {"note", cells_note, NULL, "What the last merge was given.", NULL},
    {"shape", cells_shape, NULL, "Axes of buckets, and cells of a bucket.",
     NULL},
    {"nbytes", cells_nbytes, NULL, "Bytes that the figures take.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(cells_doc, "Cells(clocks, cells, note=None)\n--\n\n"
                        "Figures by bucket, which grow.\n");

static PyType_Slot cells_slots[] = {
    {Py_tp_doc, (void *)cells_doc},
    {Py_tp_new, cells_make},
    {Py_tp_dealloc, cells_dealloc},
    {Py_tp_traverse, cells_traverse},
    {Py_tp_clear, cells_clear},
    {Py_tp_methods, cells_methods},
    {Py_tp_getset, cells_getset},
    {Py_sq_length, cells_length},
    {0, NULL},
};

static PyType_Spec cells_spec = {
    .name = "interpol_bcn._core.Cells",
    .basicsize = sizeof(py_cells),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = cells_slots,
};

int
py_tally_ready(PyObject *module)
{
    if (py_type_ready(module, &cells_spec,
                      &py_state_of(module)->tally_type) < 0) {
        return -1;
    }
    return py_wire_functions(module);
}
