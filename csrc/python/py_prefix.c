#include "model/prefix.h"
#include "python/py_cube.h"

/* A cube added up along one dimension: any range of it in two rows. */

typedef struct prefix_object {
    PyObject_HEAD
    bcn_prefix *core;
} prefix_object;

static PyObject *
prefix_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"cube", "dim", "limit", NULL};
    PyObject *cube;
    Py_ssize_t dim;
    unsigned long long limit = 0;
    py_state *state = py_state_of_type(type);
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "On|K:Prefix", names, &cube,
                                     &dim, &limit)) {
        return NULL;
    }
    const bcn_cube *core = py_cube_core(state, cube);
    if (core == NULL) {
        return NULL;
    }
    bcn_error error = {{0}};
    bcn_prefix *prefix = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = bcn_prefix_new(core, (size_t)dim, limit, &watch.core, &prefix,
                            &error);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    prefix_object *self = (prefix_object *)alloc(type, 0);
    if (self == NULL) {
        bcn_prefix_free(prefix);
        return NULL;
    }
    self->core = prefix;
    return (PyObject *)self;
}

static void
prefix_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    bcn_prefix_free(((prefix_object *)op)->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

PyDoc_STRVAR(between_doc,
             "between($self, start, stop, /)\n--\n\n"
             "Return the cube of the other dimensions, summed over positions "
             "from start up to stop.\n");

static PyObject *
prefix_between(PyObject *op, PyObject *args)
{
    Py_ssize_t from, to;
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (state == NULL || !PyArg_ParseTuple(args, "nn:between", &from, &to)) {
        return NULL;
    }
    const bcn_prefix *core = ((prefix_object *)op)->core;
    bcn_cube *out = NULL;
    bcn_status status;
    py_watch watch;
    py_watch_start(&watch);
    PY_CORE_BEGIN(&watch)
    status = from < 0 || to < 0
                 ? BCN_RANGE
                 : bcn_prefix_between(core, (uint64_t)from, (uint64_t)to, &out);
    PY_CORE_END(&watch)
    return status == BCN_OK ? py_cube_new(state, out) : py_raise(status, NULL);
}

static PyObject *
prefix_nbytes(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromSize_t(
        bcn_block_bytes(((prefix_object *)op)->core->rows));
}

static PyObject *
prefix_width(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromLong((long)((prefix_object *)op)->core->width);
}

static PyMethodDef prefix_methods[] = {
    {"between", prefix_between, METH_VARARGS, between_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef prefix_getset[] = {
    {"nbytes", prefix_nbytes, NULL, "The bytes of memory held.", NULL},
    {"width", prefix_width, NULL, "The bytes of a figure: 4 or 8.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(prefix_doc,
             "Prefix(cube, dim, limit=0)\n--\n\n"
             "A cube added up along one dimension: immutable, exact.\n");

static PyType_Slot prefix_slots[] = {
    {Py_tp_doc, (void *)prefix_doc},
    {Py_tp_new, prefix_new},
    {Py_tp_dealloc, prefix_dealloc},
    {Py_tp_methods, prefix_methods},
    {Py_tp_getset, prefix_getset},
    {0, NULL},
};

static PyType_Spec prefix_spec = {
    .name = "interpol_bcn._core.Prefix",
    .basicsize = sizeof(prefix_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = prefix_slots,
};

int
py_prefix_ready(PyObject *module)
{
    return py_type_ready(module, &prefix_spec,
                         &py_state_of(module)->prefix_type);
}
