#include "python/py_arrow.h"

#include <string.h>

/* ArrowTable: columns on their way out, or lent on their way in. */
typedef struct arrow_object {
    PyObject_HEAD
    bcn_arrow_table *table;
    PyObject *keep; /* a list when memory is lent, else NULL */
} arrow_object;

bcn_arrow_table *
py_arrow_table(py_state *state, PyObject *object)
{
    return PyObject_TypeCheck(object, state->arrow_type)
               ? ((arrow_object *)object)->table
               : NULL;
}

static void
schema_destroy(PyObject *capsule)
{
    struct ArrowSchema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
    if (schema->release != NULL) {
        schema->release(schema);
    }
    bcn_free(schema);
}

static void
array_destroy(PyObject *capsule)
{
    struct ArrowArray *array = PyCapsule_GetPointer(capsule, "arrow_array");
    if (array->release != NULL) {
        array->release(array);
    }
    bcn_free(array);
}

static void
stream_destroy(PyObject *capsule)
{
    struct ArrowArrayStream *stream =
        PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream->release != NULL) {
        stream->release(stream);
    }
    bcn_free(stream);
}

static PyObject *
schema_capsule(const bcn_arrow_table *table)
{
    struct ArrowSchema *schema = bcn_calloc(1, sizeof *schema);
    if (schema == NULL || bcn_arrow_table_schema(table, schema) != BCN_OK) {
        bcn_free(schema);
        return PyErr_NoMemory();
    }
    PyObject *capsule = PyCapsule_New(schema, "arrow_schema", schema_destroy);
    if (capsule == NULL) {
        schema->release(schema);
        bcn_free(schema);
    }
    return capsule;
}

static PyObject *
array_capsule(const bcn_arrow_table *table)
{
    struct ArrowArray *array = bcn_calloc(1, sizeof *array);
    if (array == NULL || bcn_arrow_table_array(table, array) != BCN_OK) {
        bcn_free(array);
        return PyErr_NoMemory();
    }
    PyObject *capsule = PyCapsule_New(array, "arrow_array", array_destroy);
    if (capsule == NULL) {
        array->release(array);
        bcn_free(array);
    }
    return capsule;
}

static PyObject *
stream_capsule(bcn_arrow_table *table)
{
    struct ArrowArrayStream *stream = bcn_calloc(1, sizeof *stream);
    if (stream == NULL || bcn_arrow_table_stream(table, stream) != BCN_OK) {
        bcn_free(stream);
        return PyErr_NoMemory();
    }
    PyObject *capsule =
        PyCapsule_New(stream, "arrow_array_stream", stream_destroy);
    if (capsule == NULL) {
        stream->release(stream);
        bcn_free(stream);
    }
    return capsule;
}

static int
not_lent(const arrow_object *self)
{
    if (self->keep != NULL) {
        PyErr_SetString(PyExc_ValueError,
                        "this table borrows its memory and cannot be "
                        "exported");
        return -1;
    }
    return 0;
}

/* A wish for another schema may go unheard, but not one for other columns. */
static int
check_request(const arrow_object *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"requested_schema", NULL};
    PyObject *wish = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", names, &wish)) {
        return -1;
    }
    if (wish != Py_None) {
        const struct ArrowSchema *schema =
            PyCapsule_GetPointer(wish, "arrow_schema");
        if (schema == NULL) {
            return -1;
        }
        size_t count = bcn_arrow_table_count(self->table);
        if (schema->n_children != (int64_t)count) {
            PyErr_Format(PyExc_ValueError,
                         "the requested schema has %lld columns, the table "
                         "%zu",
                         (long long)schema->n_children, count);
            return -1;
        }
    }
    return not_lent(self);
}

static PyObject *
arrow_c_schema(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    return schema_capsule(((arrow_object *)op)->table);
}

static PyObject *
arrow_c_array(PyObject *op, PyObject *args, PyObject *kwargs)
{
    arrow_object *self = (arrow_object *)op;
    if (check_request(self, args, kwargs) < 0) {
        return NULL;
    }
    PyObject *schema = schema_capsule(self->table);
    PyObject *array = schema != NULL ? array_capsule(self->table) : NULL;
    PyObject *pair = array != NULL ? PyTuple_Pack(2, schema, array) : NULL;
    Py_XDECREF(schema);
    Py_XDECREF(array);
    return pair;
}

static PyObject *
arrow_c_stream(PyObject *op, PyObject *args, PyObject *kwargs)
{
    arrow_object *self = (arrow_object *)op;
    return check_request(self, args, kwargs) < 0 ? NULL
                                                 : stream_capsule(self->table);
}

static Py_ssize_t
arrow_length(PyObject *op)
{
    return (Py_ssize_t)bcn_arrow_table_rows(((arrow_object *)op)->table);
}

static void
arrow_dealloc(PyObject *op)
{
    arrow_object *self = (arrow_object *)op;
    PyTypeObject *type = Py_TYPE(op);
    bcn_arrow_table_drop(self->table);
    Py_XDECREF(self->keep);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

PyDoc_STRVAR(export_doc,
             "arrow_export($module, columns, lend=False, /)\n--\n\n"
             "Make an ArrowTable of ``(name, kind, data, labels, nulls)`` "
             "columns.\n\n"
             "Kinds: label (integer codes into ``labels``), integer, float, "
             "number, text, bool,\n"
             "time (int64 microseconds UTC), date (int32 days), or the Arrow "
             "format of a timestamp.\n"
             "``nulls`` is None or one byte per row, 1 where there is no "
             "value.\n"
             "With ``lend`` buffers are not copied, and the table can be read "
             "here only.\n");

static PyObject *
arrow_export(PyObject *module, PyObject *args)
{
    py_state *state = py_state_of(module);
    PyObject *columns, *keep = NULL;
    int lend = 0;
    if (!PyArg_ParseTuple(args, "O|p:arrow_export", &columns, &lend)) {
        return NULL;
    }
    if (lend && (keep = PyList_New(0)) == NULL) {
        return NULL;
    }
    bcn_arrow_table *table = py_arrow_build(state, columns, keep);
    if (table == NULL) {
        Py_XDECREF(keep);
        return NULL;
    }
    allocfunc alloc =
        (allocfunc)PyType_GetSlot(state->arrow_type, Py_tp_alloc);
    arrow_object *self = (arrow_object *)alloc(state->arrow_type, 0);
    if (self == NULL) {
        bcn_arrow_table_drop(table);
        Py_XDECREF(keep);
        return NULL;
    }
    self->table = table;
    self->keep = keep;
    return (PyObject *)self;
}

PyDoc_STRVAR(arrow_doc,
             "Named columns that any Arrow library reads without a copy.\n\n"
             "Each call of an export method gives new structs.\n");

static PyMethodDef arrow_methods[] = {
    {"__arrow_c_schema__", arrow_c_schema, METH_NOARGS,
     PyDoc_STR("__arrow_c_schema__($self, /)\n--\n\nGive the schema.")},
    {"__arrow_c_array__", (PyCFunction)(void (*)(void))arrow_c_array,
     METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("__arrow_c_array__($self, /, requested_schema=None)\n--\n\n"
               "Give schema and record batch.")},
    {"__arrow_c_stream__", (PyCFunction)(void (*)(void))arrow_c_stream,
     METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("__arrow_c_stream__($self, /, requested_schema=None)\n--\n\n"
               "Give a new stream of one record batch.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot arrow_slots[] = {
    {Py_tp_doc, (void *)arrow_doc},
    {Py_tp_dealloc, arrow_dealloc},
    {Py_tp_methods, arrow_methods},
    {Py_sq_length, arrow_length},
    {0, NULL},
};

static PyType_Spec arrow_spec = {
    .name = "interpol_bcn._core.ArrowTable",
    .basicsize = sizeof(arrow_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = arrow_slots,
};

static PyMethodDef arrow_functions[] = {
    {"arrow_export", arrow_export, METH_VARARGS, export_doc},
    {NULL, NULL, 0, NULL},
};

int
py_arrow_ready(PyObject *module)
{
    if (PyModule_AddFunctions(module, arrow_functions) < 0) {
        return -1;
    }
    return py_type_ready(module, &arrow_spec,
                         &py_state_of(module)->arrow_type);
}
