#include "python/py_log.h"

#include <string.h>

#include "model/groups.h"
#include "python/py_cube.h"
#include "python/py_question.h"

PyObject *
py_log_new(PyTypeObject *type, bcn_log *log)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    py_log *self = (py_log *)alloc(type, 0);
    if (self == NULL) {
        bcn_log_drop(log);
        return NULL;
    }
    self->core = log;
    return (PyObject *)self;
}

/* Log(other): the same records under another class, at no cost. */
static PyObject *
log_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"records", NULL};
    PyObject *other;
    py_state *state = py_state_of_type(type);
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "O!:Log", names,
                                     state->log_type, &other)) {
        return NULL;
    }
    return py_log_new(type, bcn_log_keep(((py_log *)other)->core));
}

static void
log_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    bcn_log_drop(((py_log *)op)->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

static Py_ssize_t
log_length(PyObject *op)
{
    return (Py_ssize_t)bcn_log_rows(((py_log *)op)->core);
}

/* --- the columns -------------------------------------------------------------- */

static const bcn_log_column *
column_at(py_log *self, long number)
{
    if (number < 0 || (size_t)number >= bcn_log_count(self->core) ||
        !bcn_log_at(self->core, (size_t)number)->present) {
        PyErr_Format(PyExc_IndexError, "no column %ld", number);
        return NULL;
    }
    return bcn_log_at(self->core, (size_t)number);
}

static PyObject *
lend(py_state *state, bcn_block *block, size_t width, char format)
{
    if (block == NULL) {
        Py_RETURN_NONE;
    }
    return py_memory_new(state, block, 0, bcn_block_bytes(block) / width,
                         format);
}

PyDoc_STRVAR(column_doc,
             "column($self, number, /)\n--\n\n"
             "Return what is known of a column, and its buffers, as a dict, "
             "or None when no source had it.\n");

static PyObject *
log_column(PyObject *op, PyObject *number)
{
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    long at = PyLong_AsLong(number);
    if (state == NULL || PyErr_Occurred()) {
        return NULL;
    }
    if (at >= 0 && (size_t)at < bcn_log_count(self->core) &&
        !bcn_log_at(self->core, (size_t)at)->present) {
        Py_RETURN_NONE;
    }
    const bcn_log_column *c = column_at(self, at);
    if (c == NULL) {
        return NULL;
    }
    static const char formats[] = {0, 'B', 'H', 0, 'I', 0, 0, 0, 'q'};
    size_t width = c->values != NULL ? (size_t)c->view.width : 8;
    return Py_BuildValue(
        "{s:O,s:O,s:O,s:L,s:L,s:n,s:N,s:N,s:N,s:N}",
        "sorted", c->view.sorted ? Py_True : Py_False,
        "dates", c->dates ? Py_True : Py_False,
        "texts", c->texts ? Py_True : Py_False,
        "least", (long long)c->view.least,
        "greatest", (long long)c->view.greatest,
        "missing", (Py_ssize_t)c->missing,
        "values", lend(state, c->values, width, formats[width]),
        "stated", lend(state, c->stated, 1, 'B'),
        "ends", lend(state, c->ends, 8, 'Q'),
        "bytes", lend(state, c->bytes, 1, 'B'));
}

static PyObject *
log_nbytes(PyObject *op, void *unused)
{
    (void)unused;
    size_t columns, ids;
    bcn_log_bytes(((py_log *)op)->core, &columns, &ids);
    return Py_BuildValue("(nn)", (Py_ssize_t)columns, (Py_ssize_t)ids);
}

/* --- a question ------------------------------------------------------------------ */

typedef py_question question;

void
py_question_free(question *q)
{
    for (size_t i = 0; i < q->view_count; i++) {
        PyBuffer_Release(&q->views[i]);
    }
    bcn_free(q);
}

static const void *
words(question *q, PyObject *object, size_t *count)
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
parse_term(question *q, py_log *self, PyObject *item)
{
    long number;
    PyObject *table;
    if (!PyArg_ParseTuple(item, "lO:term", &number, &table)) {
        return -1;
    }
    const bcn_log_column *column = column_at(self, number);
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
parse_clock(question *q, bcn_dial *dial, bcn_clock *clock, PyObject *item)
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
parse_dial(question *q, py_log *self, PyObject *item)
{
    long number;
    PyObject *clocks;
    if (!PyArg_ParseTuple(item, "lO!:dial", &number, &PyList_Type, &clocks)) {
        return -1;
    }
    const bcn_log_column *column = column_at(self, number);
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
parse_range(question *q, py_log *self, PyObject *item)
{
    long number;
    long long from, to;
    int outside;
    if (!PyArg_ParseTuple(item, "lLLp:range", &number, &from, &to,
                          &outside)) {
        return -1;
    }
    const bcn_log_column *column = column_at(self, number);
    if (column == NULL) {
        return -1;
    }
    q->ranges[q->plan.range_count++] =
        (bcn_range){&column->view, from, to, outside != 0};
    return 0;
}

static int
parse_parts(question *q, py_log *self, PyObject *list, Py_ssize_t most,
            int (*parse)(question *, py_log *, PyObject *))
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

int
py_question_parse(question *q, py_log *self, PyObject *terms, PyObject *dials,
                  PyObject *ranges)
{
    q->plan.rows = bcn_log_rows(self->core);
    q->plan.terms = q->terms;
    q->plan.dials = q->dials;
    q->plan.ranges = q->ranges;
    return parse_parts(q, self, terms, BCN_PLAN_TERMS, parse_term) < 0 ||
                   parse_parts(q, self, dials, BCN_PLAN_DIALS, parse_dial) <
                       0 ||
                   parse_parts(q, self, ranges, BCN_PLAN_RANGES, parse_range) <
                       0
               ? -1
               : 0;
}

PyDoc_STRVAR(
    run_doc,
    "run($self, /, shape, terms, dials, ranges, measure=-1, groups=None,\n"
    "    workers=0, memory=0)\n--\n\n"
    "Answer a question laid down as plain data and return a Cube.\n\n"
    "``terms`` are ``(column, table)`` with one 64-bit offset per code, "
    "``dials`` ``(column, [(pieces, stride, positions), ...])``, ``ranges`` "
    "``(column, from, to, outside)``; all lists.  ``groups``, a pair of columns "
    "(id, sender), counts different messages instead of rows.\n");

static PyObject *
log_run(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"shape",   "terms",  "dials",   "ranges",
                            "measure", "groups", "workers", "memory",
                            NULL};
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *shape, *terms, *dials, *ranges;
    PyObject *groups = Py_None;
    long measure = -1, id = -1, sender = -1;
    Py_ssize_t workers = 0;
    unsigned long long memory = 0;
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!O!O!O!|lOnK:run", names, &PyList_Type, &shape,
            &PyList_Type, &terms, &PyList_Type, &dials, &PyList_Type, &ranges,
            &measure, &groups, &workers, &memory)) {
        return NULL;
    }
    question *q = bcn_calloc(1, sizeof *q);
    if (q == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = NULL;
    q->plan = (bcn_plan){.workers = workers < 0 ? 0 : (size_t)workers,
                         .spare = bcn_log_spare(self->core),
                         .memory = memory};
    if (parse_shape(shape, &q->plan.shape) < 0 ||
        py_question_parse(q, self, terms, dials, ranges) < 0) {
        goto done;
    }
    if (measure >= 0) {
        const bcn_log_column *column = column_at(self, measure);
        if (column == NULL) {
            goto done;
        }
        q->plan.measure = &column->view;
    }
    if (groups != Py_None &&
        (!PyArg_ParseTuple(groups, "ll:groups", &id, &sender) ||
         column_at(self, id) == NULL || column_at(self, sender) == NULL)) {
        goto done;
    }
    bcn_error error = {""};
    bcn_cube *cube = NULL;
    bcn_block *block = NULL;
    bcn_column numbers;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = id < 0 ? BCN_OK
                    : bcn_groups_new(self->core, (size_t)id, (size_t)sender,
                                     bcn_processors(), &watch.core, &block,
                                     &numbers);
    if (status == BCN_OK) {
        q->plan.groups = id < 0 ? NULL : &numbers;
        status = bcn_plan_run(&q->plan, &watch.core, &cube, &error);
    }
    bcn_block_drop(block);
    PY_CORE_END(&watch)
    result = status == BCN_OK ? py_cube_new(state, cube)
                              : py_raise(status, &error);
done:
    py_question_free(q);
    return result;
}

static PyMethodDef log_methods[] = {
    {"column", log_column, METH_O, column_doc},
    {"run", (PyCFunction)(void (*)(void))log_run,
     METH_VARARGS | METH_KEYWORDS, run_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef log_getset[] = {
    {"_nbytes", log_nbytes, NULL, "Bytes of the columns, and of the ids.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(log_doc, "Log(records, /)\n--\n\n"
                      "Records in columns: immutable, shared, exact.\n");

static PyType_Slot log_slots[] = {
    {Py_tp_doc, (void *)log_doc},
    {Py_tp_new, log_new},
    {Py_tp_dealloc, log_dealloc},
    {Py_tp_methods, log_methods},
    {Py_tp_getset, log_getset},
    {Py_sq_length, log_length},
    {0, NULL},
};

static PyType_Spec log_spec = {
    .name = "interpol_bcn._core.Log",
    .basicsize = sizeof(py_log),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = log_slots,
};

int
py_log_ready(PyObject *module)
{
    return py_type_ready(module, &log_spec, &py_state_of(module)->log_type);
}
