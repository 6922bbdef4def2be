/* py_texts.c - what texts stand for, said before any row comes. */
#include "python/py_builder.h"

const char py_builder_preload_doc[] =
    "preload($self, column, codes, /)\n--\n\n"
    "Say what texts stand for without asking: ``codes`` maps text to "
    "code.\n";

PyObject *
py_builder_preload(PyObject *op, PyObject *args)
{
    py_builder *self = (py_builder *)op;
    Py_ssize_t column;
    PyObject *codes;
    if (!PyArg_ParseTuple(args, "nO!:preload", &column, &PyDict_Type,
                          &codes)) {
        return NULL;
    }
    if (py_builder_idle(self) < 0) {
        return NULL;
    }
    if (column < 0 || (size_t)column >= self->core.schema.count ||
        self->core.schema.fields[column].kind != BCN_LABEL) {
        PyErr_SetString(PyExc_ValueError, "not a label column");
        return NULL;
    }
    bcn_store *store = &self->core.stores[column];
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(codes, &at, &key, &value)) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(key, &length);
        unsigned long code = PyLong_AsUnsignedLong(value);
        if (text == NULL || PyErr_Occurred()) {
            return NULL;
        }
        if (code >= store->field.labels) {
            PyErr_SetString(PyExc_ValueError, "code outside the domain");
            return NULL;
        }
        uint32_t number;
        bcn_status status = bcn_grow(
            (void **)&store->codes, &store->code_capacity,
            bcn_labels_count(store->known) + 1, sizeof *store->codes);
        if (status == BCN_OK) {
            status = bcn_labels_add(store->known,
                                    (bcn_bytes){text, (size_t)length},
                                    &number);
        }
        if (status != BCN_OK) {
            return py_raise(status, NULL);
        }
        store->codes[number] = (uint32_t)code;
    }
    Py_RETURN_NONE;
}

const char py_builder_unstated_doc[] =
    "unstated($self, column, texts, /)\n--\n\n"
    "Say which texts of a column stand for nothing stated.\n";

PyObject *
py_builder_unstated(PyObject *op, PyObject *args)
{
    py_builder *self = (py_builder *)op;
    Py_ssize_t column;
    PyObject *texts;
    if (!PyArg_ParseTuple(args, "nO:unstated", &column, &texts) ||
        py_builder_idle(self) < 0) {
        return NULL;
    }
    if (column < 0 || (size_t)column >= self->core.schema.count) {
        PyErr_SetString(PyExc_ValueError, "no such column");
        return NULL;
    }
    bcn_store *store = &self->core.stores[column];
    Py_ssize_t count = PySequence_Size(texts);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *text = PySequence_GetItem(texts, i);
        Py_ssize_t length = 0;
        const char *data =
            text != NULL ? PyUnicode_AsUTF8AndSize(text, &length) : NULL;
        uint32_t number;
        bcn_status status = BCN_OK;
        if (data != NULL && store->unstated == NULL) {
            store->unstated = bcn_labels_new();
            status = store->unstated != NULL ? BCN_OK : BCN_NOMEM;
        }
        if (data != NULL && status == BCN_OK) {
            status = bcn_labels_add(store->unstated,
                                    (bcn_bytes){data, (size_t)length},
                                    &number);
        }
        Py_XDECREF(text);
        if (data == NULL) {
            return NULL;
        }
        if (status != BCN_OK) {
            return py_raise(status, NULL);
        }
    }
    if (count < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}
