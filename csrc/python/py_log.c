#include "python/py_log.h"

#include "model/groups.h"
#include "python/py_cube.h"
#include "python/py_question.h"
#include "python/py_responses.h"

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
    const bcn_log_column *c = py_log_column_at(self, at);
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

PyDoc_STRVAR(outline_doc,
             "_outline($self, times, /)\n--\n\n"
             "Return bytes that are equal for logs which take the same plan.\n\n"
             "They tell the widths of the columns there are and, of the "
             "columns in the tuple ``times``, the days and whether they are "
             "dates.\n");

static int64_t
day_of(int64_t time)
{
    int64_t day = INT64_C(86400000000);
    return time / day - (time % day < 0);
}

static PyObject *
log_outline(PyObject *op, PyObject *times)
{
    py_log *self = (py_log *)op;
    int64_t told[3 * BCN_MAX_FIELDS] = {0};
    size_t count = bcn_log_count(self->core);
    if (!PyTuple_Check(times)) {
        PyErr_SetString(PyExc_TypeError, "a tuple of columns is needed");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const bcn_log_column *c = bcn_log_at(self->core, i);
        told[3 * i] = !c->present ? -1 : c->values != NULL ? c->view.width : 0;
    }
    for (Py_ssize_t k = 0; k < PyTuple_Size(times); k++) {
        long at = PyLong_AsLong(PyTuple_GetItem(times, k));
        if (PyErr_Occurred()) {
            return NULL;
        }
        const bcn_log_column *c = py_log_column_at(self, at);
        if (c == NULL) {
            return NULL;
        }
        if (c->missing < bcn_log_rows(self->core)) {
            told[3 * at] += 16 + 16 * c->dates;
            told[3 * at + 1] = day_of(c->view.least);
            told[3 * at + 2] = day_of(c->view.greatest);
        }
    }
    return PyBytes_FromStringAndSize((const char *)told,
                                     (Py_ssize_t)(3 * count * sizeof *told));
}

PyDoc_STRVAR(mark_doc,
             "_mark($self, number, seen, /)\n--\n\n"
             "Set to 1, in a bytearray of 65,536, the codes that rows have.\n\n"
             "Return whether any was 0 before.\n");

static PyObject *
log_mark(PyObject *op, PyObject *args)
{
    py_log *self = (py_log *)op;
    long at;
    PyObject *seen;
    if (!PyArg_ParseTuple(args, "lO!:_mark", &at, &PyByteArray_Type, &seen)) {
        return NULL;
    }
    const bcn_log_column *c = py_log_column_at(self, at);
    if (c == NULL) {
        return NULL;
    }
    if (c->view.kind != BCN_LABEL || PyByteArray_Size(seen) != 65536) {
        PyErr_SetString(PyExc_ValueError, "these are no codes to be marked");
        return NULL;
    }
    return PyBool_FromLong(bcn_log_mark(
        self->core, (size_t)at, (uint8_t *)PyByteArray_AsString(seen)));
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

PyDoc_STRVAR(
    run_doc,
    "run($self, /, shape, terms, dials, ranges, measure=-1, groups=None,\n"
    "    workers=0, memory=0)\n--\n\n"
    "Answer a question laid down as plain data and return a Cube.\n\n"
    "``terms`` are ``(column, table)`` with one 64-bit offset per code, "
    "``dials`` ``(column, [(pieces, stride, positions), ...])``, ``ranges`` "
    "``(column, from, to, outside)``; all lists.  A tuple of measures gives a "
    "tuple of cubes.  ``groups``, a pair of columns (id, sender), counts different messages instead of rows; (column, -1) the "
    "different values that are stated.\n");

/* What to count instead of rows: messages, or the values of a column. */
static bcn_status
number_groups(const bcn_log *log, long id, long sender, bcn_watch *watch,
              bcn_block **block, bcn_column *numbers)
{
    if (id < 0) {
        return BCN_OK;
    }
    const bcn_log_column *column = bcn_log_at(log, (size_t)id);
    uint64_t reach =
        (uint64_t)column->view.greatest - (uint64_t)column->view.least;
    if (sender < 0 && column->view.kind != BCN_ID && reach <= UINT32_MAX) {
        *numbers = column->view; /* else its values are numbered first */
        return BCN_OK;
    }
    BCN_TRY(bcn_groups_new(log, (size_t)id,
                           sender < 0 ? BCN_NO_SENDER : (size_t)sender,
                           bcn_processors(), watch, block, numbers));
    if (sender < 0 && column->stated != NULL) {
        numbers->valid = bcn_block_data(column->stated);
    }
    return BCN_OK;
}

static PyObject *
cubes_of(py_state *state, bcn_cube **cubes, size_t count)
{
    PyObject *result = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; i < count; i++) {
        PyObject *cube = result == NULL ? NULL : py_cube_new(state, cubes[i]);
        if (result == NULL) {
            bcn_cube_drop(cubes[i]);
        } else if (cube == NULL ||
                   PyTuple_SetItem(result, (Py_ssize_t)i, cube) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

static PyObject *
log_run(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"shape",   "terms",  "dials",   "ranges",
                            "measure", "groups", "workers", "memory",
                            NULL};
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *shape, *terms, *dials, *ranges, *measure = NULL;
    PyObject *groups = Py_None;
    long id = -1, sender = -1;
    Py_ssize_t workers = 0;
    unsigned long long memory = 0;
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!O!O!O!|OOnK:run", names, &PyList_Type, &shape,
            &PyList_Type, &terms, &PyList_Type, &dials, &PyList_Type, &ranges,
            &measure, &groups, &workers, &memory)) {
        return NULL;
    }
    py_question *q = py_question_new(self, shape, terms, dials, ranges);
    if (q == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    q->plan.workers = workers < 0 ? 0 : (size_t)workers;
    q->plan.memory = memory;
    q->measure_count = measure == NULL ? 1 : 0;
    if (measure != NULL && py_question_measures(q, self, measure) < 0) {
        goto done;
    }
    if (groups != Py_None &&
        (!PyArg_ParseTuple(groups, "ll:groups", &id, &sender) ||
         py_log_column_at(self, id) == NULL ||
         (sender >= 0 && py_log_column_at(self, sender) == NULL))) {
        goto done;
    }
    bcn_error error = {""};
    bcn_cube *cubes[PY_MEASURES] = {NULL};
    bcn_block *block = NULL;
    bcn_column numbers;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = number_groups(self->core, id, sender, &watch.core, &block,
                           &numbers);
    if (status == BCN_OK) {
        q->plan.groups = id < 0 ? NULL : &numbers;
        status = bcn_plan_run_each(&q->plan, q->measures, q->measure_count,
                                   &watch.core, cubes, &error);
    }
    bcn_block_drop(block);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        result = py_raise(status, &error);
    } else if (measure != NULL && PyTuple_Check(measure)) {
        result = cubes_of(state, cubes, q->measure_count);
    } else {
        result = py_cube_new(state, cubes[0]);
    }
done:
    py_question_free(q);
    return result;
}

static PyMethodDef log_methods[] = {
    {"column", log_column, METH_O, column_doc},
    {"_outline", log_outline, METH_O, outline_doc},
    {"_mark", log_mark, METH_VARARGS, mark_doc},
    {"run", (PyCFunction)(void (*)(void))log_run,
     METH_VARARGS | METH_KEYWORDS, run_doc},
    {"run_select", (PyCFunction)(void (*)(void))py_log_select,
     METH_VARARGS | METH_KEYWORDS, py_log_select_doc},
    {"run_match", (PyCFunction)(void (*)(void))py_log_match,
     METH_VARARGS | METH_KEYWORDS, py_log_match_doc},
    {"run_survival", (PyCFunction)(void (*)(void))py_log_survival,
     METH_VARARGS | METH_KEYWORDS, py_log_survival_doc},
    {"run_backlog", (PyCFunction)(void (*)(void))py_log_backlog,
     METH_VARARGS | METH_KEYWORDS, py_log_backlog_doc},
    {"run_distinct", py_log_run_distinct, METH_VARARGS, py_log_run_distinct_doc},
    {"run_gaps", py_log_run_gaps, METH_VARARGS, py_log_run_gaps_doc},
    {"run_windows", py_log_run_windows, METH_VARARGS, py_log_run_windows_doc},
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
