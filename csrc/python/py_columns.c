/* py_columns.c - a dict of columns as a source: lists, arrays, buffers.
 *
 * Each column is turned, a block of rows at a time, into the form of a batch.
 * The interpreter is held throughout: the values are its objects. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "python/py_builder.h"

enum { BLOCK = 1 << 16 };

typedef enum form { ABSENT, CODES, LABELS, INTEGERS, TIMES, TEXTS } form;

typedef struct feed {
    form form;
    bcn_kind kind;
    Py_buffer view, stated; /* obj NULL: not open */
    char letter;            /* of the view's elements */
    PyObject *items;        /* a tuple, when there is no view */
    Py_ssize_t rows;
    bcn_dictionary dictionary;
    uint32_t missing_label; /* codes: number of labels; more is refused */
    uint32_t *number;       /* codes: index of the label list -> dictionary */
    int64_t multiply, divide;
    int dates;
    uint32_t *codes; /* scratch for one block */
    int64_t *values;
    bcn_bytes *texts;
} feed;

typedef struct feeding {
    size_t count;
    feed feeds[BCN_MAX_FIELDS];
    bcn_slice slices[BCN_MAX_FIELDS];
    uint8_t *faulty; /* of the rows of a block */
    bcn_fault *faults;
    size_t fault_count, fault_capacity;
    PyObject *keep; /* list: what the faults' values point into */
    size_t row;     /* the block's first */
    size_t rows;    /* of the block */
} feeding;

static void
feeding_free(feeding *f)
{
    for (size_t c = 0; c < f->count; c++) {
        feed *x = &f->feeds[c];
        if (x->view.obj != NULL) {
            PyBuffer_Release(&x->view);
        }
        if (x->stated.obj != NULL) {
            PyBuffer_Release(&x->stated);
        }
        Py_XDECREF(x->items);
        bcn_labels_free(x->dictionary.texts);
        bcn_free(x->dictionary.codes);
        bcn_free(x->number);
        bcn_free(x->codes);
        bcn_free(x->values);
        bcn_free(x->texts);
    }
    bcn_free(f->faulty);
    bcn_free(f->faults);
    Py_XDECREF(f->keep);
    bcn_free(f);
}

/* --- opening ---------------------------------------------------------------- */

static int
open_buffer(PyObject *object, Py_buffer *view, char *letter)
{
    if (PyObject_GetBuffer(object, view, PyBUF_FORMAT | PyBUF_ND) < 0) {
        return -1;
    }
    const char *format = view->format != NULL ? view->format : "B";
    if (*format == '@' || *format == '=' ||
        *format == (PY_LITTLE_ENDIAN ? '<' : '>')) {
        format++;
    }
    if (view->ndim != 1 || strlen(format) != 1 ||
        strchr("?bBhHiIlLqQnNfd", *format) == NULL) {
        PyErr_Format(PyExc_TypeError,
                     "a column needs one dimension of numbers in native byte "
                     "order, not %d of format '%s'",
                     view->ndim, view->format != NULL ? view->format : "B");
        PyBuffer_Release(view);
        return -1;
    }
    *letter = *format;
    return 0;
}

static int
open_values(feed *x, PyObject *source)
{
    if (PyObject_CheckBuffer(source) && x->form != TEXTS &&
        x->form != LABELS) {
        if (open_buffer(source, &x->view, &x->letter) < 0) {
            return -1;
        }
        x->rows = x->view.shape[0];
        return 0;
    }
    x->items = PySequence_Tuple(source);
    if (x->items == NULL) {
        return -1;
    }
    x->rows = PyTuple_Size(x->items);
    return 0;
}

static int
intern(feed *x, PyObject *text, uint32_t *number)
{
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
    if (bytes == NULL) {
        return -1;
    }
    bcn_status status = bcn_labels_add(
        x->dictionary.texts, (bcn_bytes){bytes, (size_t)length}, number);
    if (status != BCN_OK) {
        (void)py_raise(status, NULL);
        return -1;
    }
    return 0;
}

static int
open_labels(feed *x, PyObject *labels)
{
    PyObject *list = PySequence_Tuple(labels);
    if (list == NULL) {
        return -1;
    }
    Py_ssize_t count = PyTuple_Size(list);
    x->missing_label = (uint32_t)count;
    x->number = bcn_alloc((size_t)count, sizeof *x->number);
    int failed = x->number == NULL;
    if (failed) {
        PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; !failed && i < count; i++) {
        PyObject *label = PyTuple_GetItem(list, i);
        if (label == Py_None) {
            x->number[i] = BCN_NONE;
        } else {
            failed = intern(x, label, &x->number[i]) < 0;
        }
    }
    Py_DECREF(list);
    return failed ? -1 : 0;
}

static int
open_feed(feed *x, bcn_kind kind, PyObject *spec)
{
    x->kind = kind;
    if (spec == Py_None) {
        return 0;
    }
    const char *name;
    PyObject *source, *more = Py_None;
    long long multiply = 1, divide = 1;
    int dates = 0;
    if (!PyArg_ParseTuple(spec, "sO|OLLp:column", &name, &source, &more,
                          &multiply, &divide, &dates)) {
        return -1;
    }
    static const char *const names[] = {"",         "codes", "labels",
                                        "integers", "times", "texts"};
    static const int fits[] = {-1,          BCN_LABEL, BCN_LABEL,
                               BCN_INTEGER, BCN_TIME,  BCN_ID};
    for (int f = CODES; f <= TEXTS; f++) {
        bool takes = fits[f] == (int)kind ||
                     (f == INTEGERS && kind == BCN_ID);
        if (takes && strcmp(name, names[f]) == 0) {
            x->form = (form)f;
        }
    }
    if (x->form == ABSENT || multiply < 1 || divide < 1) {
        PyErr_Format(PyExc_ValueError, "a column cannot be given as %s", name);
        return -1;
    }
    x->multiply = multiply;
    x->divide = divide;
    x->dates = dates;
    if (kind == BCN_LABEL) {
        x->dictionary.texts = bcn_labels_new();
        x->codes = bcn_alloc(BLOCK, sizeof *x->codes);
        if (x->dictionary.texts == NULL || x->codes == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    } else if (x->form == TEXTS) {
        x->texts = bcn_alloc(BLOCK, sizeof *x->texts);
    } else {
        x->values = bcn_alloc(BLOCK, sizeof *x->values);
    }
    if (kind != BCN_LABEL && x->texts == NULL && x->values == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (open_values(x, source) < 0) {
        return -1;
    }
    if (x->form == CODES) {
        return open_labels(x, more);
    }
    char letter;
    if (more != Py_None) {
        if (open_buffer(more, &x->stated, &letter) < 0) {
            return -1;
        }
        if (x->stated.itemsize != 1 || x->stated.shape[0] != x->rows) {
            PyErr_SetString(PyExc_ValueError,
                            "what is stated needs one byte per row");
            return -1;
        }
    }
    return 0;
}

/* --- one value ---------------------------------------------------------------- */

typedef struct number {
    int64_t value; /* BCN_MISSING: missing */
    bcn_reason reason;
} number;

static number
from_unsigned(uint64_t value)
{
    if (value > INT64_MAX) {
        return (number){0, BCN_REASON_INTEGER_RANGE};
    }
    return (number){(int64_t)value, BCN_REASON_NONE};
}

static number
from_double(double value)
{
    if (isnan(value)) {
        return (number){BCN_MISSING, BCN_REASON_NONE};
    }
    if (value != floor(value)) {
        return (number){0, BCN_REASON_INTEGER};
    }
    if (fabs(value) >= 9223372036854775808.0) {
        return (number){0, BCN_REASON_INTEGER_RANGE};
    }
    return (number){(int64_t)value, BCN_REASON_NONE};
}

static number
from_buffer(const feed *x, size_t row)
{
    const char *at = (const char *)x->view.buf +
                     row * (size_t)x->view.itemsize;
    switch (x->letter) {
#define SIGNED(letter, type)                                                  \
    case letter: {                                                            \
        type value;                                                           \
        memcpy(&value, at, sizeof value);                                     \
        return (number){(int64_t)value, BCN_REASON_NONE};                     \
    }
#define UNSIGNED(letter, type)                                                \
    case letter: {                                                            \
        type value;                                                           \
        memcpy(&value, at, sizeof value);                                     \
        return from_unsigned((uint64_t)value);                                \
    }
        UNSIGNED('?', uint8_t)
        SIGNED('b', int8_t)
        UNSIGNED('B', uint8_t)
        SIGNED('h', int16_t)
        UNSIGNED('H', uint16_t)
        SIGNED('i', int32_t)
        UNSIGNED('I', uint32_t)
        SIGNED('l', long)
        UNSIGNED('L', unsigned long)
        SIGNED('q', int64_t)
        UNSIGNED('Q', uint64_t)
        SIGNED('n', Py_ssize_t)
        UNSIGNED('N', size_t)
#undef SIGNED
#undef UNSIGNED
    case 'f': {
        float value;
        memcpy(&value, at, sizeof value);
        return from_double((double)value);
    }
    default: {
        double value;
        memcpy(&value, at, sizeof value);
        return from_double(value);
    }
    }
}

/* Of an object: -1 with an exception for what is no Python error of the row. */
static int
from_object(PyObject *item, number *out)
{
    if (item == Py_None) {
        *out = (number){BCN_MISSING, BCN_REASON_NONE};
        return 0;
    }
    if (PyFloat_Check(item)) {
        *out = from_double(PyFloat_AsDouble(item));
        return 0;
    }
    PyObject *whole = PyNumber_Index(item);
    if (whole == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError)) {
            return -1;
        }
        PyErr_Clear();
        *out = (number){0, BCN_REASON_INTEGER};
        return 0;
    }
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(whole, &overflow);
    Py_DECREF(whole);
    if (PyErr_Occurred()) {
        return -1;
    }
    bool out_of_range = overflow != 0 || value == BCN_MISSING;
    *out = (number){out_of_range ? 0 : value,
                    out_of_range ? BCN_REASON_INTEGER_RANGE
                                 : BCN_REASON_NONE};
    return 0;
}

/* --- one block ---------------------------------------------------------------- */

/* Enter a fault unless the row has one of an earlier column. */
static int
fault(feeding *f, size_t column, size_t i, bcn_reason reason, PyObject *item)
{
    if (f->faulty[i]) {
        return 0;
    }
    bcn_bytes value = {NULL, 0};
    if (item != NULL) {
        PyObject *text = PyObject_Str(item);
        if (text == NULL) {
            return -1;
        }
        PyObject *bytes =
            PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
        Py_DECREF(text);
        char *data;
        Py_ssize_t length;
        if (bytes == NULL ||
            PyBytes_AsStringAndSize(bytes, &data, &length) < 0 ||
            PyList_Append(f->keep, bytes) < 0) {
            Py_XDECREF(bytes);
            return -1;
        }
        Py_DECREF(bytes); /* the list has it */
        value = (bcn_bytes){data, (size_t)length};
    }
    if (bcn_grow((void **)&f->faults, &f->fault_capacity, f->fault_count + 1,
                 sizeof *f->faults) != BCN_OK) {
        PyErr_NoMemory();
        return -1;
    }
    f->faulty[i] = 1;
    f->faults[f->fault_count++] = (bcn_fault){
        (uint32_t)i, (uint16_t)column, (uint16_t)reason, value};
    return 0;
}

static int
fault_number(feeding *f, size_t column, size_t i, bcn_reason reason,
             PyObject *item)
{
    if (item != NULL) {
        return fault(f, column, i, reason, item);
    }
    const feed *x = &f->feeds[column];
    const char *at = (const char *)x->view.buf +
                     (f->row + i) * (size_t)x->view.itemsize;
    PyObject *shown;
    if (x->letter == 'f' || x->letter == 'd') {
        double value;
        float narrow;
        memcpy(&narrow, at, sizeof narrow);
        memcpy(&value, at, x->letter == 'd' ? sizeof value : sizeof narrow);
        shown = PyFloat_FromDouble(x->letter == 'd' ? value : (double)narrow);
    } else {
        uint64_t value;
        memcpy(&value, at, sizeof value);
        shown = PyLong_FromUnsignedLongLong(value);
    }
    if (shown == NULL) {
        return -1;
    }
    int failed = fault(f, column, i, reason, shown);
    Py_DECREF(shown);
    return failed;
}

static int
fill_labels(feeding *f, size_t column)
{
    feed *x = &f->feeds[column];
    for (size_t i = 0; i < f->rows; i++) {
        PyObject *item = PyTuple_GetItem(x->items,
                                         (Py_ssize_t)(f->row + i));
        x->codes[i] = BCN_NONE;
        if (item == Py_None) {
            continue;
        }
        if (PyUnicode_Check(item)) {
            if (PyUnicode_GetLength(item) != 0 &&
                intern(x, item, &x->codes[i]) < 0) {
                if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
                    return -1;
                }
                PyErr_Clear();
                if (fault(f, column, i, BCN_REASON_ENCODING, item) < 0) {
                    return -1;
                }
            }
            continue;
        }
        PyObject *text = PyFloat_Check(item) && isnan(PyFloat_AsDouble(item))
                             ? NULL
                             : PyObject_Str(item);
        if (text != NULL) {
            int failed = intern(x, text, &x->codes[i]);
            Py_DECREF(text);
            if (failed < 0) {
                return -1;
            }
        } else if (PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

static int
fill_codes(feeding *f, size_t column)
{
    feed *x = &f->feeds[column];
    if (x->view.obj != NULL && x->letter == 'B') {
        const uint8_t *from = (const uint8_t *)x->view.buf + f->row;
        uint32_t *table = x->number;
        for (size_t i = 0; i < f->rows; i++) {
            x->codes[i] =
                from[i] < x->missing_label ? table[from[i]] : BCN_NONE;
        }
        return 0;
    }
    for (size_t i = 0; i < f->rows; i++) {
        number n;
        if (x->view.obj != NULL) {
            n = from_buffer(x, f->row + i);
        } else if (from_object(PyTuple_GetItem(x->items,
                                               (Py_ssize_t)(f->row + i)),
                               &n) < 0) {
            return -1;
        }
        bool known = n.reason == BCN_REASON_NONE && n.value >= 0 &&
                     n.value < (int64_t)x->missing_label;
        x->codes[i] = known ? x->number[n.value] : BCN_NONE;
    }
    return 0;
}

static bool
unstated(const feed *x, size_t row)
{
    return x->stated.obj != NULL && ((const char *)x->stated.buf)[row] == 0;
}

/* Years 1 to 9999, in microseconds. */
static const int64_t FIRST_TIME = INT64_C(-62135596800000000);
static const int64_t LAST_TIME = INT64_C(253402300799999999);

static number
to_microseconds(const feed *x, number n)
{
    if (n.reason != BCN_REASON_NONE || n.value == BCN_MISSING) {
        return n;
    }
    if (x->divide > 1) {
        int64_t quotient = n.value / x->divide;
        n.value = quotient - (n.value % x->divide < 0);
    }
    if (n.value > LAST_TIME / x->multiply ||
        n.value < FIRST_TIME / x->multiply) {
        return (number){0, BCN_REASON_TIME_RANGE};
    }
    n.value *= x->multiply;
    return n;
}

static int
fill_numbers(feeding *f, size_t column)
{
    feed *x = &f->feeds[column];
    if (x->view.obj != NULL && x->letter == 'q' && x->form != TIMES &&
        x->stated.obj == NULL) {
        memcpy(x->values, (const int64_t *)x->view.buf + f->row,
               f->rows * sizeof *x->values);
        return 0;
    }
    for (size_t i = 0; i < f->rows; i++) {
        size_t row = f->row + i;
        PyObject *item = NULL;
        number n;
        if (unstated(x, row)) {
            n = (number){BCN_MISSING, BCN_REASON_NONE};
        } else if (x->view.obj != NULL) {
            n = from_buffer(x, row);
        } else {
            item = PyTuple_GetItem(x->items, (Py_ssize_t)row);
            if (from_object(item, &n) < 0) {
                return -1;
            }
        }
        if (x->form == TIMES) {
            n = to_microseconds(x, n);
        }
        x->values[i] = n.reason == BCN_REASON_NONE ? n.value : BCN_MISSING;
        if (n.reason != BCN_REASON_NONE &&
            fault_number(f, column, i, n.reason, item) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
fill_texts(feeding *f, size_t column)
{
    feed *x = &f->feeds[column];
    for (size_t i = 0; i < f->rows; i++) {
        PyObject *item = PyTuple_GetItem(x->items,
                                         (Py_ssize_t)(f->row + i));
        x->texts[i] = (bcn_bytes){NULL, 0};
        if (item == Py_None) {
            continue;
        }
        PyObject *text = PyObject_Str(item);
        if (text == NULL || PyList_Append(f->keep, text) < 0) {
            Py_XDECREF(text);
            return -1;
        }
        Py_DECREF(text); /* the list has it */
        Py_ssize_t length;
        const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
        if (bytes != NULL) {
            x->texts[i] = (bcn_bytes){length != 0 ? bytes : NULL,
                                      (size_t)length};
            continue;
        }
        PyErr_Clear();
        if (fault(f, column, i, BCN_REASON_ENCODING, text) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
by_row(const void *left, const void *right)
{
    uint32_t a = ((const bcn_fault *)left)->row;
    uint32_t b = ((const bcn_fault *)right)->row;
    return (a > b) - (a < b);
}

static int
fill_block(feeding *f)
{
    memset(f->faulty, 0, f->rows);
    f->fault_count = 0;
    Py_XSETREF(f->keep, PyList_New(0));
    if (f->keep == NULL) {
        return -1;
    }
    for (size_t c = 0; c < f->count; c++) {
        feed *x = &f->feeds[c];
        static int (*const fill[])(feeding *, size_t) = {
            NULL,         fill_codes,   fill_labels,
            fill_numbers, fill_numbers, fill_texts};
        if (x->form != ABSENT && fill[x->form](f, c) < 0) {
            return -1;
        }
        f->slices[c] = (bcn_slice){.codes = x->codes,
                                   .values = x->values,
                                   .texts = x->texts,
                                   .dates = x->dates};
        if (x->codes != NULL) {
            f->slices[c].dictionary = &x->dictionary;
        }
    }
    if (f->fault_count > 1) {
        qsort(f->faults, f->fault_count, sizeof *f->faults, by_row);
    }
    return PyErr_CheckSignals();
}

/* --- the call ------------------------------------------------------------------ */

const char py_builder_read_columns_doc[] =
    "read_columns($self, columns, /)\n--\n\n"
    "Take rows given as one column per field, each None or a tuple:\n\n"
    "- ``('codes', buffer, labels)``: numbers into a list of labels; a number "
    "outside it is missing\n"
    "- ``('labels', sequence)``: texts; None, NaN and '' are missing\n"
    "- ``('integers', buffer or sequence, stated=None)``\n"
    "- ``('times', buffer or sequence, stated, multiply, divide, dates)``: "
    "microseconds = value * multiply / divide, rounded down\n"
    "- ``('texts', sequence)``: identifiers\n";

static feeding *
feeding_new(py_builder *self, PyObject *columns, Py_ssize_t *rows)
{
    const bcn_schema *schema = &self->core.schema;
    Py_ssize_t count = PySequence_Size(columns);
    if (count < 0) {
        return NULL;
    }
    if ((size_t)count != schema->count) {
        PyErr_Format(PyExc_ValueError, "%zd columns for %zu fields", count,
                     schema->count);
        return NULL;
    }
    feeding *f = bcn_calloc(1, sizeof *f);
    if (f == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    f->count = schema->count;
    f->faulty = bcn_alloc(BLOCK, 1);
    if (f->faulty == NULL) {
        PyErr_NoMemory();
        goto fail;
    }
    *rows = -1;
    for (size_t c = 0; c < f->count; c++) {
        PyObject *spec = PySequence_GetItem(columns, (Py_ssize_t)c);
        int failed = spec == NULL || open_feed(&f->feeds[c],
                                               schema->fields[c].kind,
                                               spec) < 0;
        Py_XDECREF(spec);
        if (failed) {
            goto fail;
        }
        if (f->feeds[c].form == ABSENT) {
            continue;
        }
        if (*rows >= 0 && *rows != f->feeds[c].rows) {
            PyErr_Format(PyExc_ValueError,
                         "columns of %zd and of %zd rows", *rows,
                         f->feeds[c].rows);
            goto fail;
        }
        *rows = f->feeds[c].rows;
    }
    return f;
fail:
    feeding_free(f);
    return NULL;
}

PyObject *
py_builder_read_columns(PyObject *op, PyObject *columns)
{
    py_builder *self = (py_builder *)op;
    Py_ssize_t rows;
    feeding *f = feeding_new(self, columns, &rows);
    if (f == NULL) {
        return NULL;
    }
    if (py_builder_begin(self, true) < 0) {
        feeding_free(f);
        return NULL;
    }
    bcn_status status = BCN_OK;
    bool raised = false;
    while (status == BCN_OK && !raised && (Py_ssize_t)f->row < rows) {
        size_t left = (size_t)rows - f->row;
        f->rows = left < BLOCK ? left : BLOCK;
        raised = fill_block(f) < 0;
        if (!raised) {
            bcn_batch batch = {.rows = f->rows,
                               .slices = f->slices,
                               .faults = f->faults,
                               .fault_count = f->fault_count};
            status = bcn_builder_take(&self->core, &batch);
        }
        f->row += f->rows;
    }
    feeding_free(f);
    if (raised) {
        self->busy = self->ready = false;
        return NULL;
    }
    return py_builder_end(self, status);
}
