#include "python/py_arrow.h"

#include "arrow/arrow_read.h"
#include "arrow/arrow_type.h"

/* ArrowSource: one stream that was taken from somebody and is read once. */
typedef struct source_object {
    PyObject_HEAD
    py_arrow_source source; /* handed over: stream.release is NULL */
    PyObject *fields;
} source_object;

void
py_arrow_close(py_arrow_source *source)
{
    if (source->stream.release != NULL) {
        source->stream.release(&source->stream);
    }
    Py_CLEAR(source->keep);
}

/* The struct leaves its capsule, which then has nothing to release. */
static int
from_capsule(PyObject *capsule, py_arrow_source *out)
{
    struct ArrowArrayStream *stream =
        PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream == NULL) {
        return -1;
    }
    if (stream->release == NULL) {
        PyErr_SetString(PyExc_ValueError, "this stream has already been read");
        return -1;
    }
    out->stream = *stream;
    stream->release = NULL;
    return 0;
}

static int
from_pair(PyObject *pair, py_arrow_source *out)
{
    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
        PyErr_SetString(PyExc_TypeError,
                        "__arrow_c_array__ must give two capsules");
        return -1;
    }
    struct ArrowSchema *schema =
        PyCapsule_GetPointer(PyTuple_GetItem(pair, 0), "arrow_schema");
    struct ArrowArray *array =
        schema != NULL
            ? PyCapsule_GetPointer(PyTuple_GetItem(pair, 1), "arrow_array")
            : NULL;
    if (array == NULL) {
        return -1;
    }
    if (schema->release == NULL || array->release == NULL) {
        PyErr_SetString(PyExc_ValueError, "this array has already been read");
        return -1;
    }
    if (bcn_arrow_stream_once(schema, array, &out->stream) != BCN_OK) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

int
py_arrow_open(py_state *state, PyObject *object, py_arrow_source *out)
{
    *out = (py_arrow_source){0};
    if (PyObject_TypeCheck(object, state->arrow_source_type)) {
        source_object *source = (source_object *)object;
        if (source->source.stream.release == NULL) {
            PyErr_SetString(PyExc_ValueError,
                            "this stream has already been read");
            return -1;
        }
        *out = source->source;
        source->source = (py_arrow_source){0};
        return 0;
    }
    bcn_arrow_table *table = py_arrow_table(state, object);
    if (table != NULL) {
        if (bcn_arrow_table_stream(table, &out->stream) != BCN_OK) {
            PyErr_NoMemory();
            return -1;
        }
        out->keep = Py_NewRef(object);
        return 0;
    }
    if (PyCapsule_CheckExact(object)) {
        return from_capsule(object, out);
    }
    bool streams = PyObject_HasAttrString(object, "__arrow_c_stream__");
    if (!streams && !PyObject_HasAttrString(object, "__arrow_c_array__")) {
        PyErr_Format(PyExc_TypeError,
                     "%R has neither __arrow_c_stream__ nor "
                     "__arrow_c_array__",
                     Py_TYPE(object));
        return -1;
    }
    PyObject *given = PyObject_CallMethod(
        object, streams ? "__arrow_c_stream__" : "__arrow_c_array__", NULL);
    if (given == NULL) {
        return -1;
    }
    int result = streams ? from_capsule(given, out) : from_pair(given, out);
    Py_DECREF(given);
    return result;
}

/* (name, type) of each column: asked once, at the start, and kept. */
static PyObject *
fields_of(const struct ArrowSchema *schema)
{
    bool table = schema->format != NULL && schema->format[0] == '+' &&
                 schema->format[1] == 's' && schema->format[2] == '\0';
    Py_ssize_t count = table ? (Py_ssize_t)schema->n_children : 1;
    PyObject *fields = PyTuple_New(count);
    for (Py_ssize_t i = 0; fields != NULL && i < count; i++) {
        const struct ArrowSchema *child = table ? schema->children[i] : schema;
        char type[96];
        if (child == NULL) {
            PyErr_SetString(PyExc_ValueError, "a damaged schema");
            Py_CLEAR(fields);
            break;
        }
        bcn_arrow_type_name(child, type, sizeof type);
        PyObject *pair =
            Py_BuildValue("ss", child->name != NULL ? child->name : "", type);
        if (pair == NULL || PyTuple_SetItem(fields, i, pair) < 0) {
            Py_CLEAR(fields);
        }
    }
    return fields;
}

PyDoc_STRVAR(open_doc,
             "arrow_open($module, source, /)\n--\n\n"
             "Take the stream of an object that speaks the Arrow PyCapsule "
             "interface.\n\n"
             "The ArrowSource can be read once.\n");

static PyObject *
arrow_open(PyObject *module, PyObject *object)
{
    py_state *state = py_state_of(module);
    allocfunc alloc =
        (allocfunc)PyType_GetSlot(state->arrow_source_type, Py_tp_alloc);
    source_object *self = (source_object *)alloc(state->arrow_source_type, 0);
    if (self == NULL || py_arrow_open(state, object, &self->source) < 0) {
        Py_XDECREF((PyObject *)self);
        return NULL;
    }
    return (PyObject *)self;
}

PyDoc_STRVAR(fields_doc,
             "arrow_fields($module, source, /)\n--\n\n"
             "Return (name, type) of each column of an object with "
             "__arrow_c_schema__.\n");

static PyObject *
arrow_fields(PyObject *Py_UNUSED(module), PyObject *object)
{
    PyObject *capsule =
        PyObject_CallMethod(object, "__arrow_c_schema__", NULL);
    if (capsule == NULL) {
        return NULL;
    }
    const struct ArrowSchema *schema =
        PyCapsule_GetPointer(capsule, "arrow_schema");
    PyObject *fields = NULL;
    if (schema != NULL && schema->release == NULL) {
        PyErr_SetString(PyExc_ValueError, "this schema has been released");
    } else if (schema != NULL) {
        fields = fields_of(schema);
    }
    Py_DECREF(capsule);
    return fields;
}

static PyObject *
source_fields(PyObject *op, void *Py_UNUSED(closure))
{
    source_object *self = (source_object *)op;
    if (self->fields != NULL) {
        return Py_NewRef(self->fields);
    }
    bcn_error error = {{0}};
    struct ArrowSchema schema;
    bcn_status status;
    PyThreadState *thread = PyEval_SaveThread();
    status = bcn_arrow_schema(&self->source.stream, &schema, &error);
    PyEval_RestoreThread(thread);
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    self->fields = fields_of(&schema);
    schema.release(&schema);
    return Py_XNewRef(self->fields);
}

static void
source_dealloc(PyObject *op)
{
    source_object *self = (source_object *)op;
    PyTypeObject *type = Py_TYPE(op);
    py_arrow_close(&self->source);
    Py_XDECREF(self->fields);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

PyDoc_STRVAR(source_doc,
             "A stream of record batches, taken over and read once.\n");

static PyGetSetDef source_getset[] = {
    {"fields", source_fields, NULL,
     PyDoc_STR("(name, type) of each column; before the stream is read."),
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot source_slots[] = {
    {Py_tp_doc, (void *)source_doc},
    {Py_tp_dealloc, source_dealloc},
    {Py_tp_getset, source_getset},
    {0, NULL},
};

static PyType_Spec source_spec = {
    .name = "interpol_bcn._core.ArrowSource",
    .basicsize = sizeof(source_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = source_slots,
};

static PyMethodDef source_functions[] = {
    {"arrow_open", arrow_open, METH_O, open_doc},
    {"arrow_fields", arrow_fields, METH_O, fields_doc},
    {NULL, NULL, 0, NULL},
};

int
py_arrow_source_ready(PyObject *module)
{
    if (PyModule_AddFunctions(module, source_functions) < 0) {
        return -1;
    }
    return py_type_ready(module, &source_spec,
                         &py_state_of(module)->arrow_source_type);
}
