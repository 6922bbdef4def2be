#include "python/binding.h"

#include "model/cube.h"
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

const bcn_cube *
py_cube_of(PyObject *op)
{
    return core_of(op);
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

PyDoc_STRVAR(cube_doc,
             "Cube(other, /)\n--\n\n"
             "Exact whole numbers over a shape, immutable; shares the cells "
             "of ``other``.\n\n"
             "``memoryview(cube)`` sees dense cells as int64, without a copy "
             "up to 2**20 of\nthem; more may be kept in fewer bytes each, "
             "and are laid out for the view.\n");

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
    bcn_block *cells = NULL;
    bcn_error error = {{0}};
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_cube_lay(core, 0, &cells, &error);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        view->obj = NULL;
        py_raise(status, &error);
        return -1;
    }
    view->buf = bcn_block_data(cells);
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
    view->internal = cells;
    return 0;
}

static void
cube_releasebuffer(PyObject *op, Py_buffer *view)
{
    (void)op;
    bcn_block_drop(view->internal);
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
    {"add", py_cube_add, METH_VARARGS, py_cube_add_doc},
    {"subtract", py_cube_subtract, METH_VARARGS, py_cube_subtract_doc},
    {"sum", py_cube_sum, METH_VARARGS, py_cube_sum_doc},
    {"permute", py_cube_permute, METH_VARARGS, py_cube_permute_doc},
    {"take", py_cube_take, METH_VARARGS, py_cube_take_doc},
    {"pick", py_cube_pick, METH_VARARGS, py_cube_pick_doc},
    {"map", py_cube_map, METH_VARARGS, py_cube_map_doc},
    {"nonzeros", py_cube_nonzeros, METH_VARARGS, py_cube_nonzeros_doc},
    {"columns", py_cube_columns, METH_VARARGS, py_cube_columns_doc},
    {"top", py_cube_top, METH_VARARGS, py_cube_top_doc},
    {"dense", py_cube_dense, METH_VARARGS, py_cube_dense_doc},
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
    {Py_bf_releasebuffer, cube_releasebuffer},
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
