#include <limits.h>
#include <string.h>

#include "python/py_arrow.h"

/* A column in the making.  Blocks are this struct's own shares: the finished
 * table takes its own. */
typedef struct making {
    py_state *state;
    PyObject *keep; /* NULL: share or copy */
    bcn_arrow_field field;
    bcn_arrow_texts labels;
    char format[64];
    uint8_t *bits; /* of the validity, once there is a null */
    size_t rows;
    char letter; /* of the data: 'i', 'u', 'f' or '?' */
    Py_ssize_t itemsize;
} making;

static void
making_clear(making *self)
{
    bcn_block_drop(self->field.validity.owner);
    bcn_block_drop(self->field.data.owner);
    bcn_block_drop(self->field.bytes.owner);
    bcn_block_drop(self->labels.offsets.owner);
    bcn_block_drop(self->labels.bytes.owner);
}

static int
own(bcn_arrow_buffer *buffer, size_t count, size_t size)
{
    buffer->owner = bcn_block_new(count, size, true);
    if (buffer->owner == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    buffer->data = bcn_block_data(buffer->owner);
    return 0;
}

static int
copy_view(making *self, const Py_buffer *view)
{
    if (own(&self->field.data, (size_t)view->len, 1) < 0) {
        return -1;
    }
    return PyBuffer_ToContiguous(bcn_block_data(self->field.data.owner), view,
                                 view->len, 'C');
}

/* Data by the buffer protocol: lent, shared or copied. */
static int
take_buffer(making *self, PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_FULL_RO) < 0) {
        return -1;
    }
    int result = -1;
    size_t offset;
    bcn_block *block = py_memory_block(self->state, data, &offset);
    self->letter = py_arrow_letter(view.format);
    self->itemsize = view.itemsize;
    if (view.ndim != 1 || self->letter == 0) {
        PyErr_Format(PyExc_TypeError,
                     "column '%s': an array of %d dimensions and format "
                     "'%s' is not one of numbers in a row",
                     self->field.name, view.ndim,
                     view.format != NULL ? view.format : "");
    } else {
        self->rows = (size_t)(view.len / view.itemsize);
        if (block != NULL) {
            self->field.data.owner = bcn_block_keep(block);
            self->field.data.data = view.buf;
            result = 0;
        } else if (self->keep == NULL || !PyBuffer_IsContiguous(&view, 'C')) {
            result = copy_view(self, &view);
        } else {
            PyObject *lent = PyMemoryView_FromObject(data);
            result = lent == NULL ? -1 : PyList_Append(self->keep, lent);
            Py_XDECREF(lent);
            self->field.data.data = view.buf;
        }
    }
    PyBuffer_Release(&view);
    return result;
}

static int
set_null(making *self, size_t row)
{
    if (self->bits == NULL) {
        size_t bytes = (self->rows + 7) / 8;
        if (own(&self->field.validity, bytes, 1) < 0) {
            return -1;
        }
        self->bits = bcn_block_data(self->field.validity.owner);
        memset(self->bits, 0xff, bytes);
    }
    uint8_t bit = (uint8_t)(1u << (row & 7));
    if (self->bits[row >> 3] & bit) {
        self->bits[row >> 3] = (uint8_t)(self->bits[row >> 3] & ~bit);
        self->field.nulls++;
    }
    return 0;
}

static int
apply_mask(making *self, PyObject *mask)
{
    Py_buffer view;
    if (mask == Py_None) {
        return 0;
    }
    if (PyObject_GetBuffer(mask, &view, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    int result = 0;
    if ((size_t)view.len != self->rows) {
        PyErr_Format(PyExc_ValueError,
                     "column '%s': %zu rows, but nulls for %zd",
                     self->field.name, self->rows, view.len);
        result = -1;
    }
    const char *flags = view.buf;
    for (size_t i = 0; result == 0 && i < self->rows; i++) {
        if (flags[i]) {
            result = set_null(self, i);
        }
    }
    PyBuffer_Release(&view);
    return result;
}

/* Texts of a sequence as offsets and bytes; `self` gets the nulls, or is NULL
 * where there may be none. */
static int
take_texts(making *self, const char *name, PyObject *sequence, bool nullable,
           bcn_arrow_texts *out)
{
    PyObject *fast = PySequence_Tuple(sequence);
    if (fast == NULL) {
        return -1;
    }
    int result = -1;
    size_t count = (size_t)PyTuple_Size(fast), used = 0;
    void *bytes = NULL;
    size_t capacity = 0;
    out->count = count;
    if (nullable) {
        self->rows = count;
    }
    if (own(&out->offsets, count + 1, sizeof(int32_t)) < 0) {
        goto done;
    }
    int32_t *offsets = bcn_block_data(out->offsets.owner);
    for (size_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GetItem(fast, (Py_ssize_t)i);
        if (nullable && item == Py_None) {
            offsets[i + 1] = (int32_t)used;
            if (set_null(self, i) < 0) {
                goto done;
            }
            continue;
        }
        Py_ssize_t length;
        const char *text = PyUnicode_Check(item)
                               ? PyUnicode_AsUTF8AndSize(item, &length)
                               : NULL;
        if (text == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_Format(PyExc_TypeError,
                             "column '%s', row %zu: %R is not a text", name, i,
                             item);
            }
            goto done;
        }
        if ((size_t)length > INT32_MAX - used) {
            PyErr_Format(PyExc_OverflowError,
                         "column '%s': more than 2 GiB of text", name);
            goto done;
        }
        if (bcn_grow(&bytes, &capacity, used + (size_t)length, 1) != BCN_OK) {
            PyErr_NoMemory();
            goto done;
        }
        if (length != 0) {
            memcpy((char *)bytes + used, text, (size_t)length);
        }
        used += (size_t)length;
        offsets[i + 1] = (int32_t)used;
    }
    if (own(&out->bytes, used, 1) == 0) {
        if (used != 0) {
            memcpy(bcn_block_data(out->bytes.owner), bytes, used);
        }
        result = 0;
    }

done:
    bcn_free(bytes);
    Py_DECREF(fast);
    return result;
}

static int64_t
code_at(const making *self, size_t row)
{
    const char *data = self->field.data.data;
    return py_arrow_integer(data + row * (size_t)self->itemsize, self->letter,
                            self->itemsize);
}

/* Codes must lie within the labels.  "Not stated" (the highest code of an
 * unsigned type, a negative one of a signed) is a null. */
static int
check_codes(making *self)
{
    int64_t none = self->letter == 'i'   ? -1
                   : self->itemsize == 1 ? UINT8_MAX
                   : self->itemsize == 2 ? UINT16_MAX
                   : self->itemsize == 4 ? (int64_t)UINT32_MAX
                                         : -1;
    int64_t count = (int64_t)self->labels.count;
    for (size_t i = 0; i < self->rows; i++) {
        int64_t code = code_at(self, i);
        if (code >= 0 && code < count) {
            continue;
        }
        if (code == none) {
            if (set_null(self, i) < 0) {
                return -1;
            }
            continue;
        }
        if (self->bits != NULL && !(self->bits[i >> 3] >> (i & 7) & 1)) {
            continue; /* masked: what stands there has no meaning */
        }
        PyErr_Format(PyExc_ValueError,
                     "column '%s', row %zu: code %lld, but %zu labels",
                     self->field.name, i, (long long)code, self->labels.count);
        return -1;
    }
    return 0;
}

static int
integer_format(making *self)
{
    const char *formats = self->letter == 'i' ? "cs?i???l" : "CS?I???L";
    if ((self->letter != 'i' && self->letter != 'u') || self->itemsize > 8 ||
        formats[self->itemsize - 1] == '?') {
        PyErr_Format(PyExc_TypeError, "column '%s': its data are not integers",
                     self->field.name);
        return -1;
    }
    self->format[0] = formats[self->itemsize - 1];
    return 0;
}

static int
pack_bits(making *self)
{
    bcn_arrow_buffer bytes = self->field.data;
    const char *flags = bytes.data;
    if (self->itemsize != 1) {
        PyErr_Format(PyExc_TypeError, "column '%s': its data are not bools",
                     self->field.name);
        return -1;
    }
    bcn_arrow_buffer packed = {0};
    if (own(&packed, (self->rows + 7) / 8, 1) < 0) {
        return -1;
    }
    uint8_t *bits = bcn_block_data(packed.owner);
    for (size_t i = 0; i < self->rows; i++) {
        bits[i >> 3] = (uint8_t)(bits[i >> 3] | (flags[i] != 0) << (i & 7));
    }
    bcn_block_drop(bytes.owner);
    self->field.data = packed;
    strcpy(self->format, "b");
    return 0;
}

/* A time that is not there: numpy's NaT and the core's "missing" alike. */
static int
null_times(making *self)
{
    for (size_t i = 0; i < self->rows; i++) {
        int64_t value = code_at(self, i);
        if (value == INT64_MIN && set_null(self, i) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
wrong_kind(const making *self, const char *kind)
{
    PyErr_Format(PyExc_TypeError,
                 "column '%s': its data do not fit the kind '%s'",
                 self->field.name, kind);
    return -1;
}

static int
take_kind(making *self, const char *kind, PyObject *data, PyObject *labels)
{
    if (strcmp(kind, "text") == 0) {
        bcn_arrow_texts texts = {0};
        int result = take_texts(self, self->field.name, data, true, &texts);
        self->field.data = texts.offsets;
        self->field.bytes = texts.bytes;
        strcpy(self->format, "u");
        return result;
    }
    if (take_buffer(self, data) < 0) {
        return -1;
    }
    if (strcmp(kind, "label") == 0) {
        self->field.labels = &self->labels;
        return integer_format(self) < 0
                   ? -1
                   : take_texts(self, self->field.name, labels, false,
                                &self->labels);
    }
    if (strcmp(kind, "bool") == 0 ||
        (strcmp(kind, "number") == 0 && self->letter == '?')) {
        return pack_bits(self);
    }
    if (strcmp(kind, "float") == 0 ||
        (strcmp(kind, "number") == 0 && self->letter == 'f')) {
        strcpy(self->format, self->itemsize == 4 ? "f" : "g");
        return self->letter == 'f' ? 0 : wrong_kind(self, kind);
    }
    if (strcmp(kind, "integer") == 0 || strcmp(kind, "number") == 0) {
        return integer_format(self);
    }
    bool time = strcmp(kind, "time") == 0;
    if (time ||
        (strncmp(kind, "ts", 2) == 0 && strlen(kind) < sizeof self->format)) {
        strcpy(self->format, time ? "tsu:UTC" : kind);
        return self->letter == 'i' && self->itemsize == 8
                   ? null_times(self)
                   : wrong_kind(self, kind);
    }
    if (strcmp(kind, "date") == 0) {
        strcpy(self->format, "tdD");
        return self->letter == 'i' && self->itemsize == 4
                   ? 0
                   : wrong_kind(self, kind);
    }
    PyErr_Format(PyExc_ValueError, "column '%s': no kind '%s'",
                 self->field.name, kind);
    return -1;
}

static int
make(making *self, PyObject *column)
{
    const char *kind;
    PyObject *data, *labels, *nulls;
    if (!PyTuple_Check(column)) {
        PyErr_SetString(PyExc_TypeError, "a column is a tuple");
        return -1;
    }
    if (!PyArg_ParseTuple(column, "ssOOO:column", &self->field.name, &kind,
                          &data, &labels, &nulls) ||
        take_kind(self, kind, data, labels) < 0 ||
        apply_mask(self, nulls) < 0) {
        return -1;
    }
    self->field.format = self->format;
    return strcmp(kind, "label") == 0 ? check_codes(self) : 0;
}

bcn_arrow_table *
py_arrow_build(py_state *state, PyObject *columns, PyObject *keep)
{
    bcn_arrow_table *table = NULL;
    PyObject *fast = PySequence_Tuple(columns);
    if (fast == NULL) {
        return NULL;
    }
    size_t count = (size_t)PyTuple_Size(fast), made = 0;
    making *all = bcn_calloc(count, sizeof *all);
    bcn_arrow_field *fields = bcn_calloc(count, sizeof *fields);
    if (all == NULL || fields == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (; made < count; made++) {
        making *self = &all[made];
        self->state = state;
        self->keep = keep;
        if (make(self, PyTuple_GetItem(fast, (Py_ssize_t)made)) < 0) {
            made++;
            goto done;
        }
        if (self->rows != all[0].rows) {
            PyErr_Format(PyExc_ValueError,
                         "column '%s' has %zu rows, column '%s' has %zu",
                         self->field.name, self->rows, all[0].field.name,
                         all[0].rows);
            made++;
            goto done;
        }
        fields[made] = self->field;
    }
    table = bcn_arrow_table_new(fields, count, count ? all[0].rows : 0);
    if (table == NULL) {
        PyErr_NoMemory();
    }

done:
    for (size_t i = 0; i < made; i++) {
        making_clear(&all[i]);
    }
    bcn_free(all);
    bcn_free(fields);
    Py_DECREF(fast);
    return table;
}
