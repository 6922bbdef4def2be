/* py_readers.c - the builder fed by delimited text and by Arrow streams. */
#include "python/py_readers.h"

#include <errno.h>
#include <string.h>

#include "arrow/arrow_read.h"
#include "python/py_arrow.h"
#include "python/py_builder.h"
#include "text/csv.h"

/* --- bytes from a Python object --------------------------------------------- */

/* A reader with `read(size)`: a decompressing or decoding file. */
typedef struct reader {
    PyObject *object; /* its bound read method */
    py_builder *builder;
    PyObject *raised; /* what it raised, until the rows before are done */
} reader;

static ptrdiff_t
reader_take(reader *self, char *buffer, size_t size)
{
    PyObject *bytes =
        PyObject_CallFunction(self->object, "n", (Py_ssize_t)size);
    char *data;
    Py_ssize_t length;
    if (bytes == NULL || PyBytes_AsStringAndSize(bytes, &data, &length) < 0) {
        Py_XDECREF(bytes);
        return BCN_CSV_FAILED;
    }
    if ((size_t)length > size) {
        Py_DECREF(bytes);
        PyErr_SetString(PyExc_ValueError, "read() gave more than was asked");
        return BCN_CSV_FAILED;
    }
    memcpy(buffer, data, (size_t)length);
    Py_DECREF(bytes);
    return length;
}

static ptrdiff_t
reader_read(void *context, char *buffer, size_t size)
{
    reader *self = context;
    py_stay stay;
    if (py_stay_begin(self->builder, &stay) != BCN_OK) {
        return BCN_CSV_FAILED;
    }
    ptrdiff_t got = reader_take(self, buffer, size);
    if (got == BCN_CSV_FAILED) {
        Py_XSETREF(self->raised, py_exception_take());
    }
    py_stay_end(&stay);
    return got;
}

/* --- delimited text ------------------------------------------------------------ */

const char py_builder_read_csv_doc[] =
    "read_csv($self, /, source, delimiter, quote, fields, columns, zone=None,\n"
    "         format=None, before=b'', first_line=1, workers=1,\n"
    "         record_limit=0, block_bytes=0)\n--\n\n"
    "Take the records of a delimited text.\n\n"
    "``source`` is a file descriptor, read without the interpreter, or a "
    "method ``read(size)`` giving bytes; ``columns`` says per column of the "
    "schema which field feeds it, -1 for none; ``zone`` is (starts, offsets, "
    "twice, never) of naive times; ``before`` is text already read.\n";

static int
parse_columns(py_builder *self, PyObject *list, Py_ssize_t fields,
              bcn_csv_column *columns)
{
    const bcn_schema *schema = &self->core.schema;
    Py_ssize_t count = PySequence_Size(list);
    if (count < 0) {
        return -1;
    }
    if ((size_t)count != schema->count) {
        PyErr_Format(PyExc_ValueError, "%zd columns for %zu fields", count,
                     schema->count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(list, i);
        long field = item != NULL ? PyLong_AsLong(item) : -1;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
        if (field < -1 || field >= fields) {
            PyErr_SetString(PyExc_ValueError, "no such field");
            return -1;
        }
        columns[i] = (bcn_csv_column){.kind = schema->fields[i].kind,
                                      .field = (int)field,
                                      .unstated =
                                          self->core.stores[i].unstated};
    }
    return 0;
}

static bcn_status
expect_columns(py_builder *self, const bcn_csv_column *columns)
{
    for (size_t i = 0; i < self->core.schema.count; i++) {
        if (columns[i].field >= 0) {
            BCN_TRY(bcn_builder_expect(&self->core, i));
        }
    }
    return BCN_OK;
}

PyObject *
py_builder_read_csv(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"source",     "delimiter",    "quote",
                            "fields",     "columns",      "zone",
                            "format",     "before",       "first_line",
                            "workers",    "record_limit", "block_bytes",
                            NULL};
    py_builder *self = (py_builder *)op;
    PyObject *source, *list, *zone = Py_None, *format = Py_None;
    char delimiter, quote;
    Py_ssize_t fields, workers = 1, record_limit = 0, block_bytes = 0;
    const char *before = "";
    Py_ssize_t before_length = 0;
    unsigned long long first_line = 1;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "OccnO|OOy#Knnn:read_csv", names, &source,
            &delimiter, &quote, &fields, &list, &zone, &format, &before,
            &before_length, &first_line, &workers, &record_limit,
            &block_bytes)) {
        return NULL;
    }
    bcn_csv_column columns[BCN_MAX_FIELDS];
    if (parse_columns(self, list, fields, columns) < 0) {
        return NULL;
    }
    bcn_csv_file file = {.descriptor = -1};
    reader object = {.object = source, .builder = self};
    bool plain = PyLong_Check(source);
    if (plain) {
        file.descriptor = (int)PyLong_AsLong(source);
        if (PyErr_Occurred()) {
            return NULL;
        }
    }
    py_time_rule rule;
    if (py_time_rule_open(zone, format, &rule) < 0 ||
        py_builder_begin(self) < 0) {
        py_time_rule_close(&rule);
        return NULL;
    }
    bcn_csv_options options = {
        .delimiter = delimiter,
        .quote = quote,
        .fields = (size_t)fields,
        .columns = columns,
        .column_count = self->core.schema.count,
        .times = rule.core,
        .first_line = first_line,
        .before = {before, (size_t)before_length},
        .workers = workers < 1 ? 1 : (size_t)workers,
        .block_bytes = block_bytes < 0 ? 0 : (size_t)block_bytes,
        .record_limit = record_limit < 0 ? 0 : (size_t)record_limit,
    };
    bcn_csv_input input = {
        plain ? bcn_csv_file_read : reader_read,
        plain ? (void *)&file : (void *)&object,
    };
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = expect_columns(self, columns);
    if (status == BCN_OK) {
        status = bcn_csv_read(&options, input, py_builder_sink(self),
                              &watch.core, &self->error);
    }
    PY_CORE_END(&watch)
    py_time_rule_close(&rule);
    if (status == BCN_IO && object.raised != NULL) {
        Py_XSETREF(self->raised, object.raised);
        object.raised = NULL;
    }
    Py_XDECREF(object.raised);
    PyObject *result = py_builder_end(self, status);
    if (result == NULL && status == BCN_IO && file.failure != 0 &&
        PyErr_ExceptionMatches(PyExc_OSError)) {
        PyErr_Clear();
        errno = file.failure;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return result;
}

const char py_split_record_doc[] =
    "split_record($module, text, whole, delimiter, quote, /)\n--\n\n"
    "Take apart the first record of a delimited text.\n\n"
    "Return ``(fields, bytes used, lines used, flaw)``, or None when the "
    "record does not end in ``text`` and ``whole`` is false; ``flaw`` is the "
    "first field, from 1, with a quote out of place, else 0.\n";

PyObject *
py_split_record(PyObject *module, PyObject *args)
{
    (void)module;
    const char *text;
    Py_ssize_t length;
    int whole;
    char delimiter, quote;
    if (!PyArg_ParseTuple(args, "y#pcc:split_record", &text, &length, &whole,
                          &delimiter, &quote)) {
        return NULL;
    }
    bcn_csv_record record = {0};
    bcn_error error = {""};
    bcn_status status =
        bcn_csv_record_read((bcn_bytes){text, (size_t)length}, whole != 0,
                            delimiter, quote, &record, &error);
    PyObject *result = NULL;
    if (status == BCN_RANGE) {
        result = Py_NewRef(Py_None);
    } else if (status != BCN_OK) {
        (void)py_raise(status, &error);
    } else {
        PyObject *fields = PyList_New((Py_ssize_t)record.count);
        for (size_t i = 0; fields != NULL && i < record.count; i++) {
            PyObject *field = PyUnicode_DecodeUTF8(
                record.texts[i].data, (Py_ssize_t)record.texts[i].length,
                "backslashreplace");
            if (field == NULL ||
                PyList_SetItem(fields, (Py_ssize_t)i, field) < 0) {
                Py_CLEAR(fields);
            }
        }
        if (fields != NULL) {
            result = Py_BuildValue("(NnKn)", fields,
                                   (Py_ssize_t)record.length,
                                   (unsigned long long)record.lines,
                                   (Py_ssize_t)record.flaw);
        }
    }
    bcn_csv_record_free(&record);
    return result;
}

/* --- Arrow ------------------------------------------------------------------------ */

typedef struct hands {
    py_time_rule rule;
    bcn_time_memo memo;
    bcn_zone_memo zone;
} hands;

static bool
hand_time(void *context, bcn_bytes text, int64_t *utc, int *dates,
          bcn_reason *reason)
{
    hands *h = context;
    bool date = false;
    *reason = bcn_time_read(text, &h->rule.core, &h->memo, utc, &date);
    *dates = date;
    return *reason == BCN_REASON_NONE;
}

static bool
hand_integer(void *context, bcn_bytes text, int64_t *value,
             bcn_reason *reason)
{
    (void)context;
    *reason = bcn_integer_read(text, value);
    return *reason == BCN_REASON_NONE;
}

static bool
hand_local(void *context, int64_t naive, int64_t *utc, bcn_reason *reason)
{
    hands *h = context;
    *reason = bcn_zone_to_utc(h->rule.core.zone, &h->zone, naive, utc);
    return *reason == BCN_REASON_NONE;
}

const char py_builder_read_arrow_doc[] =
    "read_arrow($self, /, source, columns, zone=None, format=None)\n--\n\n"
    "Take the rows of an Arrow stream or array.\n\n"
    "``columns`` names per column of the schema the one that feeds it, None "
    "for none; ``zone`` and ``format`` are as in read_csv.\n";

PyObject *
py_builder_read_arrow(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"source", "columns", "zone", "format", NULL};
    py_builder *self = (py_builder *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *source, *list, *zone = Py_None, *format = Py_None;
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "OO|OO:read_arrow", names,
                                     &source, &list, &zone, &format)) {
        return NULL;
    }
    const bcn_schema *schema = &self->core.schema;
    PyObject *wanted = PySequence_Tuple(list); /* keeps the names alive */
    if (wanted == NULL) {
        return NULL;
    }
    if ((size_t)PyTuple_Size(wanted) != schema->count) {
        PyErr_SetString(PyExc_ValueError, "one name per column is needed");
        Py_DECREF(wanted);
        return NULL;
    }
    bcn_arrow_want columns[BCN_MAX_FIELDS];
    for (size_t i = 0; i < schema->count; i++) {
        PyObject *name = PyTuple_GetItem(wanted, (Py_ssize_t)i);
        columns[i] = (bcn_arrow_want){NULL, schema->fields[i].kind,
                                      self->core.stores[i].unstated};
        Py_ssize_t length;
        if (name != Py_None) {
            columns[i].name = PyUnicode_AsUTF8AndSize(name, &length);
            if (columns[i].name == NULL) {
                Py_DECREF(wanted);
                return NULL;
            }
        }
    }
    hands h = {.memo = BCN_TIME_MEMO_EMPTY};
    py_arrow_source opened = {0};
    if (py_time_rule_open(zone, format, &h.rule) < 0 ||
        py_arrow_open(state, source, &opened) < 0) {
        py_time_rule_close(&h.rule);
        Py_DECREF(wanted);
        return NULL;
    }
    PyObject *result = NULL;
    if (py_builder_begin(self) == 0) {
        bcn_arrow_options options = {
            .columns = columns,
            .count = schema->count,
            .parse_time = hand_time,
            .parse_integer = hand_integer,
            .localize = h.rule.core.zone != NULL ? hand_local : NULL,
            .context = &h,
        };
        py_watch watch;
        py_watch_start(&watch);
        bcn_status status = BCN_OK;
        PY_CORE_BEGIN(&watch)
        for (size_t i = 0; status == BCN_OK && i < schema->count; i++) {
            if (columns[i].name != NULL) {
                status = bcn_builder_expect(&self->core, i);
            }
        }
        if (status == BCN_OK) {
            status = bcn_arrow_read(&opened.stream, &options,
                                    py_builder_sink(self),
                                    &watch.core, &self->error);
        }
        PY_CORE_END(&watch)
        result = py_builder_end(self, status);
    }
    py_arrow_close(&opened);
    py_time_rule_close(&h.rule);
    Py_DECREF(wanted);
    return result;
}
