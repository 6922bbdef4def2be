#include "base/number.h"
#include "python/py_cube.h"
#include "sketch/distinct_sketch.h"
#include "sketch/quantile_sketch.h"

/* Sketches as values: functions from numbers or bytes to bytes.  The bytes are
 * read and checked in full each time, so no state is shared. */

enum { WATCHED = 1 << 16 }; /* numbers between two looks at the watch */

static PyObject *
quantile_bytes(const bcn_quantile_sketch *sketch)
{
    PyObject *bytes = PyBytes_FromStringAndSize(
        NULL, (Py_ssize_t)bcn_quantile_sketch_size(sketch));
    if (bytes != NULL) {
        bcn_quantile_sketch_write(sketch,
                                  (unsigned char *)PyBytes_AsString(bytes));
    }
    return bytes;
}

static PyObject *
distinct_bytes(const bcn_distinct_sketch *sketch)
{
    PyObject *bytes = PyBytes_FromStringAndSize(
        NULL, (Py_ssize_t)bcn_distinct_sketch_size(sketch));
    if (bytes != NULL) {
        bcn_distinct_sketch_write(sketch,
                                  (unsigned char *)PyBytes_AsString(bytes));
    }
    return bytes;
}

/* A column with the bits that say which rows have a value, or None. */
typedef struct stated {
    py_numbers values, bits;
} stated;

static void
stated_close(stated *given)
{
    py_numbers_close(&given->values);
    py_numbers_close(&given->bits);
}

static int
stated_open(PyObject *values, PyObject *bits, stated *given)
{
    *given = (stated){0};
    if (py_numbers_open(values, &given->values) < 0) {
        return -1;
    }
    if (bits != Py_None && py_numbers_open(bits, &given->bits) < 0) {
        stated_close(given);
        return -1;
    }
    if ((given->values.is_signed && given->values.width < 8) ||
        (bits != Py_None &&
         (given->bits.width != 1 ||
          given->bits.count < (given->values.count + 7) / 8))) {
        stated_close(given);
        PyErr_SetString(PyExc_ValueError,
                        "unsigned numbers or int64, and a bit for each");
        return -1;
    }
    return 0;
}

static bool
has(const stated *given, size_t row)
{
    const uint8_t *bits = given->bits.view.buf;
    return bits == NULL || ((unsigned)bits[row / 8] >> (row % 8) & 1u) != 0;
}

const char py_quantile_sketch_of_doc[] =
    "quantile_sketch_of($module, values, stated, bits, /)\n--\n\n"
    "Return the bytes of a quantile sketch of numbers; ``stated`` are bits, or "
    "None.";

PyObject *
py_quantile_sketch_of(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *values, *bits;
    unsigned int digits;
    stated given;
    if (!PyArg_ParseTuple(args, "OOI", &values, &bits, &digits)) {
        return NULL;
    }
    if (digits > BCN_QUANTILE_BITS_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many bits");
        return NULL;
    }
    if (stated_open(values, bits, &given) < 0) {
        return NULL;
    }
    bcn_quantile_sketch sketch = bcn_quantile_sketch_new(digits);
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status = BCN_OK;
    PY_CORE_BEGIN(&watch)
    for (size_t i = 0; i < given.values.count && status == BCN_OK; i++) {
        if (has(&given, i)) {
            status = bcn_quantile_sketch_add(
                &sketch,
                bcn_number_at(given.values.view.buf, given.values.width, i),
                1);
        }
        if (i % WATCHED == 0 && bcn_watch_check(&watch.core, true)) {
            status = BCN_CANCELLED;
        }
    }
    PY_CORE_END(&watch)
    PyObject *result = status == BCN_OK ? quantile_bytes(&sketch)
                                        : py_raise(status, NULL);
    bcn_quantile_sketch_free(&sketch);
    stated_close(&given);
    return result;
}

const char py_quantile_sketch_merge_doc[] =
    "quantile_sketch_merge($module, one, other, /)\n--\n\n"
    "Return the bytes of a sketch of what both hold.";

PyObject *
py_quantile_sketch_merge(PyObject *Py_UNUSED(module), PyObject *args)
{
    const unsigned char *bytes[2];
    Py_ssize_t length[2];
    if (!PyArg_ParseTuple(args, "y#y#", &bytes[0], &length[0], &bytes[1],
                          &length[1])) {
        return NULL;
    }
    bcn_quantile_sketch one = {0}, other = {0};
    bcn_status status =
        bcn_quantile_sketch_read(bytes[0], (size_t)length[0], &one);
    if (status == BCN_OK) {
        status = bcn_quantile_sketch_read(bytes[1], (size_t)length[1], &other);
    }
    if (status == BCN_OK) {
        status = bcn_quantile_sketch_merge(&one, &other);
    }
    PyObject *result =
        status == BCN_OK ? quantile_bytes(&one) : py_raise(status, NULL);
    bcn_quantile_sketch_free(&one);
    bcn_quantile_sketch_free(&other);
    return result;
}

const char py_quantile_sketch_at_doc[] =
    "quantile_sketch_at($module, bytes, rank, /)\n--\n\n"
    "Return the bits, count, and the number at a place in order (None of none).";

PyObject *
py_quantile_sketch_at(PyObject *Py_UNUSED(module), PyObject *args)
{
    const unsigned char *bytes;
    Py_ssize_t length;
    unsigned long long rank;
    if (!PyArg_ParseTuple(args, "y#K", &bytes, &length, &rank)) {
        return NULL;
    }
    bcn_quantile_sketch sketch;
    bcn_status status =
        bcn_quantile_sketch_read(bytes, (size_t)length, &sketch);
    if (status != BCN_OK) {
        return py_raise(status, NULL);
    }
    PyObject *value = NULL;
    if (rank < sketch.count) {
        value = PyLong_FromLongLong(bcn_quantile_sketch_at(&sketch, rank));
    } else {
        value = Py_NewRef(Py_None);
    }
    PyObject *told = Py_BuildValue("(IKN)", sketch.bits,
                                   (unsigned long long)sketch.count, value);
    bcn_quantile_sketch_free(&sketch);
    return told;
}

const char py_distinct_sketch_of_doc[] =
    "distinct_sketch_of($module, values, stated, ends, bits, /)\n--\n\n"
    "Return the bytes of a sketch of different numbers; with ``ends``, of "
    "different\ntexts, each ending there in ``values``.";

PyObject *
py_distinct_sketch_of(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *values, *bits, *marks;
    unsigned int digits;
    stated given;
    if (!PyArg_ParseTuple(args, "OOOI", &values, &bits, &marks, &digits)) {
        return NULL;
    }
    if (digits < BCN_DISTINCT_BITS_MIN || digits > BCN_DISTINCT_BITS_MAX) {
        PyErr_SetString(PyExc_ValueError, "too few or too many bits");
        return NULL;
    }
    py_numbers ends = {0};
    bool texts = marks != Py_None;
    if (texts && py_numbers_open(marks, &ends) < 0) {
        return NULL;
    }
    if (stated_open(values, texts ? Py_None : bits, &given) < 0) {
        py_numbers_close(&ends);
        return NULL;
    }
    py_numbers which = {0};
    bool right = !texts || (ends.width == 8 && given.values.width == 1);
    if (right && texts && bits != Py_None) {
        right = py_numbers_open(bits, &which) == 0 && which.width == 1 &&
                which.count >= (ends.count + 7) / 8;
        given.bits = which;
    }
    const uint64_t *stop = ends.view.buf;
    for (size_t i = 0; right && i < ends.count; i++) {
        right = stop[i] <= given.values.count && (i == 0 || stop[i - 1] <= stop[i]);
    }
    bcn_distinct_sketch sketch = bcn_distinct_sketch_new(digits);
    PyObject *result = NULL;
    if (!right) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "not the ends of texts");
        }
        goto done;
    }
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status = BCN_OK;
    PY_CORE_BEGIN(&watch)
    size_t count = texts ? ends.count : given.values.count;
    for (size_t i = 0; i < count && status == BCN_OK; i++) {
        if (has(&given, i)) {
            uint64_t hash;
            if (texts) {
                size_t from = i == 0 ? 0 : (size_t)stop[i - 1];
                hash = bcn_hash((const char *)given.values.view.buf + from,
                                (size_t)stop[i] - from);
            } else {
                hash = bcn_distinct_hash((uint64_t)bcn_number_at(
                    given.values.view.buf, given.values.width, i));
            }
            status = bcn_distinct_sketch_add(&sketch, hash);
        }
        if (i % WATCHED == 0 && bcn_watch_check(&watch.core, true)) {
            status = BCN_CANCELLED;
        }
    }
    PY_CORE_END(&watch)
    result = status == BCN_OK ? distinct_bytes(&sketch)
                              : py_raise(status, NULL);
done:
    bcn_distinct_sketch_free(&sketch);
    stated_close(&given);
    py_numbers_close(&ends);
    return result;
}

const char py_distinct_sketch_merge_doc[] =
    "distinct_sketch_merge($module, one, other, /)\n--\n\n"
    "Return the bytes of a sketch of what both hold.";

PyObject *
py_distinct_sketch_merge(PyObject *Py_UNUSED(module), PyObject *args)
{
    const unsigned char *bytes[2];
    Py_ssize_t length[2];
    if (!PyArg_ParseTuple(args, "y#y#", &bytes[0], &length[0], &bytes[1],
                          &length[1])) {
        return NULL;
    }
    bcn_distinct_sketch one = {0}, other = {0};
    bcn_status status =
        bcn_distinct_sketch_read(bytes[0], (size_t)length[0], &one);
    if (status == BCN_OK) {
        status = bcn_distinct_sketch_read(bytes[1], (size_t)length[1], &other);
    }
    if (status == BCN_OK) {
        status = bcn_distinct_sketch_merge(&one, &other);
    }
    PyObject *result =
        status == BCN_OK ? distinct_bytes(&one) : py_raise(status, NULL);
    bcn_distinct_sketch_free(&one);
    bcn_distinct_sketch_free(&other);
    return result;
}

const char py_distinct_sketch_count_doc[] =
    "distinct_sketch_count($module, bytes, /)\n--\n\n"
    "Return the bits, whether the count is exact, and the count or estimate.";

PyObject *
py_distinct_sketch_count(PyObject *Py_UNUSED(module), PyObject *args)
{
    const unsigned char *bytes;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "y#", &bytes, &length)) {
        return NULL;
    }
    bcn_distinct_sketch sketch;
    bcn_status status =
        bcn_distinct_sketch_read(bytes, (size_t)length, &sketch);
    if (status != BCN_OK) {
        return py_raise(status, NULL);
    }
    PyObject *told =
        Py_BuildValue("(IOd)", sketch.bits,
                      bcn_distinct_sketch_exact(&sketch) ? Py_True : Py_False,
                      bcn_distinct_sketch_estimate(&sketch));
    bcn_distinct_sketch_free(&sketch);
    return told;
}
