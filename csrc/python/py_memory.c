#include "python/binding.h"

#include <string.h>

/* Memory: the buffers that a figure is made of, lent to whoever reads. */
typedef struct memory_object {
    PyObject_HEAD
    bcn_block *block;
    char *start;
    Py_ssize_t count;
    Py_ssize_t itemsize;
    char format[2];
} memory_object;

static Py_ssize_t
size_of_format(char format)
{
    switch (format) {
    case 'b':
    case 'B':
        return 1;
    case 'h':
    case 'H':
        return 2;
    case 'i':
    case 'I':
        return 4;
    default:
        return 8;
    }
}

PyObject *
py_memory_new(py_state *state, bcn_block *block, size_t offset, size_t count,
              char format)
{
    allocfunc alloc =
        (allocfunc)PyType_GetSlot(state->memory_type, Py_tp_alloc);
    memory_object *self = (memory_object *)alloc(state->memory_type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->block = bcn_block_keep(block);
    self->start = (char *)bcn_block_data(block) + offset;
    self->count = (Py_ssize_t)count;
    self->itemsize = size_of_format(format);
    self->format[0] = format;
    return (PyObject *)self;
}

bcn_block *
py_memory_block(py_state *state, PyObject *object, size_t *offset)
{
    if (!PyObject_TypeCheck(object, state->memory_type)) {
        return NULL;
    }
    memory_object *self = (memory_object *)object;
    *offset = (size_t)(self->start - (char *)bcn_block_data(self->block));
    return self->block;
}

static void
memory_dealloc(PyObject *op)
{
    memory_object *self = (memory_object *)op;
    PyTypeObject *type = Py_TYPE(op);
    bcn_block_drop(self->block);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

static int
memory_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    memory_object *self = (memory_object *)op;
    if (flags & PyBUF_WRITABLE) {
        PyErr_SetString(PyExc_BufferError, "this memory is read-only");
        view->obj = NULL;
        return -1;
    }
    view->buf = self->start;
    view->obj = Py_NewRef(op);
    view->len = self->count * self->itemsize;
    view->readonly = 1;
    view->itemsize = self->itemsize;
    view->format = (flags & PyBUF_FORMAT) ? self->format : NULL;
    view->ndim = 1;
    view->shape = (flags & PyBUF_ND) ? &self->count : NULL;
    view->strides = (flags & PyBUF_STRIDES) ? &self->itemsize : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
    return 0;
}

static Py_ssize_t
memory_length(PyObject *op)
{
    return ((memory_object *)op)->count;
}

static PyObject *
memory_item(PyObject *op, Py_ssize_t i)
{
    memory_object *self = (memory_object *)op;
    if (i < 0 || i >= self->count) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    const char *at = self->start + i * self->itemsize;
    switch (self->format[0]) {
#define CASE(letter, type, make)                                              \
    case letter: {                                                            \
        type value;                                                           \
        memcpy(&value, at, sizeof value);                                     \
        return make(value);                                                   \
    }
        CASE('b', int8_t, PyLong_FromLong)
        CASE('B', uint8_t, PyLong_FromLong)
        CASE('h', int16_t, PyLong_FromLong)
        CASE('H', uint16_t, PyLong_FromLong)
        CASE('i', int32_t, PyLong_FromLong)
        CASE('I', uint32_t, PyLong_FromUnsignedLong)
        CASE('q', int64_t, PyLong_FromLongLong)
        CASE('Q', uint64_t, PyLong_FromUnsignedLongLong)
        CASE('d', double, PyFloat_FromDouble)
#undef CASE
    default:
        PyErr_SetString(PyExc_SystemError, "unknown format");
        return NULL;
    }
}

PyDoc_STRVAR(memory_doc,
             "A read-only typed array, lent by the buffer protocol.\n\n"
             "``memoryview(m)`` and ``numpy.asarray(m)`` see it without a "
             "copy.\n");

static PyType_Slot memory_slots[] = {
    {Py_tp_doc, (void *)memory_doc},
    {Py_tp_dealloc, memory_dealloc},
    {Py_bf_getbuffer, memory_getbuffer},
    {Py_sq_length, memory_length},
    {Py_sq_item, memory_item},
    {0, NULL},
};

static PyType_Spec memory_spec = {
    .name = "interpol_bcn._core.Memory",
    .basicsize = sizeof(memory_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = memory_slots,
};

int
py_memory_ready(PyObject *module)
{
    return py_type_ready(module, &memory_spec,
                         &py_state_of(module)->memory_type);
}
