/* py_wire.c - sections into one container of bytes and out of it, and the
 * digest of bytes. */
#include "base/digest.h"
#include "base/wire.h"
#include "python/py_wire.h"

PyDoc_STRVAR(digest_doc, "digest(bytes, /)\n--\n\n"
                         "Return the 16-byte fingerprint of some bytes.\n");

static PyObject *
wire_digest(PyObject *module, PyObject *object)
{
    (void)module;
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    unsigned char out[BCN_DIGEST_BYTES];
    Py_BEGIN_ALLOW_THREADS
    bcn_digest_of(view.buf, (size_t)view.len, out);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyBytes_FromStringAndSize((const char *)out, sizeof out);
}

typedef struct packing {
    bcn_section sections[BCN_SECTIONS_MAX];
    Py_buffer views[BCN_SECTIONS_MAX];
    size_t count;
} packing;

static int
add_section(packing *self, PyObject *item)
{
    unsigned id;
    PyObject *object;
    if (!PyArg_ParseTuple(item, "IO:section", &id, &object)) {
        return -1;
    }
    Py_buffer *view = &self->views[self->count];
    if (PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    self->sections[self->count++] =
        (bcn_section){id, view->buf, (size_t)view->len};
    return 0;
}

PyDoc_STRVAR(pack_doc, "wire_pack(sections, /)\n--\n\n"
                       "Return sections, a list of (id, bytes), as one "
                       "container.\n");

static PyObject *
wire_pack(PyObject *module, PyObject *list)
{
    (void)module;
    packing all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : -1;
    if (count < 0 || count > BCN_SECTIONS_MAX) {
        PyErr_SetString(PyExc_ValueError, "a list of a few sections");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(list, i);
        int added = item == NULL ? -1 : add_section(&all, item);
        Py_XDECREF(item);
        if (added < 0) {
            goto done;
        }
    }
    size_t size;
    bcn_status status = bcn_container_size(all.sections, all.count, &size);
    if (status != BCN_OK || size > SIZE_MAX / 2) {
        (void)py_raise(status != BCN_OK ? status : BCN_TOO_LARGE, NULL);
        goto done;
    }
    result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (result != NULL) {
        unsigned char *out = (unsigned char *)PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        bcn_container_write(all.sections, all.count, out);
        Py_END_ALLOW_THREADS
    }
done:
    for (size_t i = 0; i < all.count; i++) {
        PyBuffer_Release(&all.views[i]);
    }
    return result;
}

PyDoc_STRVAR(unpack_doc,
             "wire_unpack(bytes, /)\n--\n\n"
             "Check a container whole and return its sections, a list of (id, "
             "start, stop).  Raise ValueError for any other bytes.\n");

static PyObject *
wire_unpack(PyObject *module, PyObject *object)
{
    (void)module;
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_section sections[BCN_SECTIONS_MAX];
    size_t count = 0;
    bcn_status status;
    Py_BEGIN_ALLOW_THREADS
    status = bcn_container_check(view.buf, (size_t)view.len, sections, &count,
                                 &error);
    Py_END_ALLOW_THREADS
    PyObject *list = status == BCN_OK ? PyList_New((Py_ssize_t)count)
                                      : py_raise(status, &error);
    for (size_t i = 0; list != NULL && i < count; i++) {
        Py_ssize_t start =
            sections[i].bytes - (const unsigned char *)view.buf;
        PyObject *item =
            Py_BuildValue("(Inn)", (unsigned)sections[i].id, start,
                          start + (Py_ssize_t)sections[i].length);
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)i, item) < 0) {
            Py_CLEAR(list);
        }
    }
    PyBuffer_Release(&view);
    return list;
}

static PyMethodDef wire_functions[] = {
    {"digest", wire_digest, METH_O, digest_doc},
    {"wire_pack", wire_pack, METH_O, pack_doc},
    {"wire_unpack", wire_unpack, METH_O, unpack_doc},
    {NULL, NULL, 0, NULL},
};

int
py_wire_functions(PyObject *module)
{
    return PyModule_AddFunctions(module, wire_functions);
}
