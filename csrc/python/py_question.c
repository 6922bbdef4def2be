#include "python/py_question.h"

const bcn_log_column *
py_log_column_at(py_log *self, long number)
{
    if (number < 0 || (size_t)number >= bcn_log_count(self->core) ||
        !bcn_log_at(self->core, (size_t)number)->present) {
        PyErr_Format(PyExc_IndexError, "no column %ld", number);
        return NULL;
    }
    return bcn_log_at(self->core, (size_t)number);
}

void
py_question_free(py_question *q)
{
    for (size_t i = 0; q != NULL && i < q->view_count; i++) {
        PyBuffer_Release(&q->views[i]);
    }
    bcn_free(q);
}

static const void *
words(py_question *q, PyObject *object, size_t *count)
{
    Py_buffer *view = &q->views[q->view_count];
    if (PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    q->view_count++;
    if ((uintptr_t)view->buf % 8 != 0 || view->len % 8 != 0) {
        PyErr_SetString(PyExc_ValueError, "a table needs 64-bit words");
        return NULL;
    }
    *count = (size_t)view->len / 8;
    return view->buf;
}

static int
parse_term(py_question *q, py_log *self, PyObject *item)
{
    long number;
    PyObject *table;
    if (!PyArg_ParseTuple(item, "lO:term", &number, &table)) {
        return -1;
    }
    const bcn_log_column *column = py_log_column_at(self, number);
    size_t count;
    const uint64_t *entries =
        column != NULL ? words(q, table, &count) : NULL;
    if (entries == NULL) {
        return -1;
    }
    if (column->view.kind != BCN_LABEL ||
        count != (column->view.width == 1 ? 256u : 65536u)) {
        PyErr_SetString(PyExc_ValueError,
                        "a term needs a label column and a table over all "
                        "its codes");
        return -1;
    }
    q->terms[q->plan.term_count++] =
        (bcn_term){column->view.data, column->view.width, entries};
    return 0;
}

static int
parse_clock(py_question *q, bcn_dial *dial, bcn_clock *clock, PyObject *item)
{
    PyObject *pieces;
    unsigned long long stride, positions;
    if (!PyArg_ParseTuple(item, "OKK:clock", &pieces, &stride, &positions)) {
        return -1;
    }
    size_t count;
    const void *data = words(q, pieces, &count);
    if (data == NULL) {
        return -1;
    }
    *clock = (bcn_clock){data, count / 5, stride};
    if (count % 5 != 0 ||
        !bcn_clock_check(clock->pieces, clock->count, positions)) {
        PyErr_SetString(PyExc_ValueError, "not the pieces of an axis");
        return -1;
    }
    dial->count++;
    return 0;
}

static int
parse_dial(py_question *q, py_log *self, PyObject *item)
{
    long number;
    PyObject *clocks;
    if (!PyArg_ParseTuple(item, "lO!:dial", &number, &PyList_Type, &clocks)) {
        return -1;
    }
    const bcn_log_column *column = py_log_column_at(self, number);
    if (column == NULL) {
        return -1;
    }
    Py_ssize_t count = PyList_Size(clocks);
    if (column->view.kind != BCN_TIME || count > BCN_CLOCKS_MAX) {
        PyErr_SetString(PyExc_ValueError,
                        "a dial needs a column of times and few clocks");
        return -1;
    }
    size_t at = q->plan.dial_count++;
    bcn_dial *dial = &q->dials[at];
    *dial = (bcn_dial){&column->view, q->clocks[at], 0};
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *clock = PySequence_GetItem(clocks, i);
        int parsed = clock != NULL
                         ? parse_clock(q, dial, &q->clocks[at][i], clock)
                         : -1;
        Py_XDECREF(clock);
        if (parsed < 0) {
            return -1;
        }
    }
    return 0;
}

static int
parse_range(py_question *q, py_log *self, PyObject *item)
{
    long number;
    long long from, to;
    int outside;
    if (!PyArg_ParseTuple(item, "lLLp:range", &number, &from, &to,
                          &outside)) {
        return -1;
    }
    const bcn_log_column *column = py_log_column_at(self, number);
    if (column == NULL) {
        return -1;
    }
    q->ranges[q->plan.range_count++] =
        (bcn_range){&column->view, from, to, outside != 0};
    return 0;
}

static int
parse_parts(py_question *q, py_log *self, PyObject *list, Py_ssize_t most,
            int (*parse)(py_question *, py_log *, PyObject *))
{
    Py_ssize_t count = PyList_Size(list);
    if (count > most) {
        PyErr_Format(PyExc_ValueError,
                     "a question of %zd parts of one sort; at most %zd are "
                     "possible",
                     count, most);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        /* Held while it is read: what parses may run Python, which may
         * change the list. */
        PyObject *item = PySequence_GetItem(list, i);
        int parsed = item != NULL ? parse(q, self, item) : -1;
        Py_XDECREF(item);
        if (parsed < 0) {
            return -1;
        }
    }
    return 0;
}

static int
parse_shape(PyObject *shape, bcn_shape *out)
{
    Py_ssize_t count = PyList_Size(shape);
    if (count > BCN_DIMS_MAX) {
        PyErr_Format(PyExc_ValueError, "%zd axes; at most %d are possible",
                     count, BCN_DIMS_MAX);
        return -1;
    }
    out->ndim = (size_t)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(shape, i);
        out->dims[i] = item != NULL ? PyLong_AsUnsignedLongLong(item) : 0;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

py_question *
py_question_new(py_log *self, PyObject *shape, PyObject *terms,
                PyObject *dials, PyObject *ranges)
{
    py_question *q = bcn_calloc(1, sizeof *q);
    if (q == NULL) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    q->plan = (bcn_plan){.rows = bcn_log_rows(self->core),
                         .terms = q->terms,
                         .dials = q->dials,
                         .ranges = q->ranges,
                         .spare = bcn_log_spare(self->core)};
    if (parse_shape(shape, &q->plan.shape) < 0 ||
        parse_parts(q, self, terms, BCN_PLAN_TERMS, parse_term) < 0 ||
        parse_parts(q, self, dials, BCN_PLAN_DIALS, parse_dial) < 0 ||
        parse_parts(q, self, ranges, BCN_PLAN_RANGES, parse_range) < 0) {
        py_question_free(q);
        return NULL;
    }
    return q;
}

py_question *
py_question_of(py_log *self, PyObject *tuple)
{
    PyObject *shape, *terms, *dials, *ranges;
    if (!PyArg_ParseTuple(tuple, "O!O!O!O!:question", &PyList_Type, &shape,
                          &PyList_Type, &terms, &PyList_Type, &dials,
                          &PyList_Type, &ranges)) {
        return NULL;
    }
    return py_question_new(self, shape, terms, dials, ranges);
}

/* One measure: the number of a column, below 0 for rows. */
static int
parse_measure(py_question *q, py_log *self, PyObject *item)
{
    long number = PyLong_AsLong(item);
    const bcn_log_column *column = NULL;
    if (PyErr_Occurred() ||
        (number >= 0 && (column = py_log_column_at(self, number)) == NULL)) {
        return -1;
    }
    q->measures[q->measure_count++] = column == NULL ? NULL : &column->view;
    return 0;
}

int
py_question_measures(py_question *q, py_log *self, PyObject *given)
{
    if (!PyTuple_Check(given)) {
        return parse_measure(q, self, given);
    }
    Py_ssize_t count = PyTuple_Size(given);
    if (count < 1 || count > PY_MEASURES) {
        PyErr_Format(PyExc_ValueError, "%zd measures; 1 to %d are possible",
                     count, PY_MEASURES);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (parse_measure(q, self, PyTuple_GetItem(given, i)) < 0) {
            return -1;
        }
    }
    return 0;
}
