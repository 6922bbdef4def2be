#include "python/py_builder.h"

#include <string.h>


/* --- labels: asking Python what a text stands for -------------------------- */

bcn_status
py_stay_begin(py_builder *self, py_stay *stay)
{
    if (PyThread_get_thread_ident() == self->caller) {
        stay->own = NULL;
        PyEval_RestoreThread(self->suspended);
        if (PyErr_Occurred()) { /* a signal that the watch has seen */
            (void)PyEval_SaveThread();
            return BCN_CANCELLED;
        }
        return BCN_OK;
    }
    stay->own = PyThreadState_New(self->interpreter);
    if (stay->own == NULL) {
        return BCN_NOMEM;
    }
    PyEval_RestoreThread(stay->own);
    return BCN_OK;
}

void
py_stay_end(py_stay *stay)
{
    if (stay->own == NULL) {
        (void)PyEval_SaveThread();
        return;
    }
    PyThreadState_Clear(stay->own);
    PyEval_ReleaseThread(stay->own);
    PyThreadState_Delete(stay->own);
}

PyObject *
py_exception_take(void)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return value;
}

void
py_exception_give(PyObject *exception)
{
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

static bcn_status
resolve_label(void *context, size_t column, bcn_bytes text, uint32_t *code)
{
    py_builder *self = context;
    py_stay stay;
    bcn_status status = py_stay_begin(self, &stay);
    if (status != BCN_OK) {
        return status;
    }
    PyObject *answer = PyObject_CallFunction(self->resolve, "ns#",
                                             (Py_ssize_t)column, text.data,
                                             (Py_ssize_t)text.length);
    long number = answer != NULL ? PyLong_AsLong(answer) : -1;
    uint32_t size = self->core.schema.fields[column].labels;
    if (PyErr_Occurred()) {
        Py_XSETREF(self->raised, py_exception_take());
        status = BCN_INVALID;
    } else if (number >= 0 && (unsigned long)number < size) {
        *code = (uint32_t)number;
    } else if (number < 0 && number > -(long)BCN_REASON_COUNT) {
        *code = BCN_REFUSED | (uint32_t)-number;
    } else {
        status = bcn_fail(&self->error, BCN_RANGE,
                          "resolve gave %ld for a domain of %u labels", number,
                          (unsigned)size);
    }
    Py_XDECREF(answer);
    py_stay_end(&stay);
    return status;
}

/* --- calls ------------------------------------------------------------------ */

int
py_builder_begin(py_builder *self)
{
    if (!self->ready || self->busy) {
        PyErr_SetString(PyExc_ValueError,
                        self->busy ? "the builder is busy in another call"
                                   : "the builder has finished");
        return -1;
    }
    self->busy = true;
    self->caller = PyThread_get_thread_ident();
    self->suspended = PyThreadState_Get();
    self->error.text[0] = '\0';
    return 0;
}

PyObject *
py_builder_end(py_builder *self, bcn_status status)
{
    self->busy = false;
    PyObject *raised = self->raised;
    self->raised = NULL;
    if (status == BCN_OK && !PyErr_Occurred()) {
        Py_XDECREF(raised);
        Py_RETURN_NONE;
    }
    self->ready = false; /* half taken: only its account can be asked for */
    if (PyErr_Occurred() || self->core.stopped || raised == NULL) {
        Py_XDECREF(raised); /* a signal, or a row before what was raised */
    } else {
        py_exception_give(raised);
        return NULL;
    }
    if (self->core.stopped && self->error.text[0] == '\0') {
        (void)bcn_fail(&self->error, status, "a row was refused");
    }
    return PyErr_Occurred() ? NULL : py_raise(status, &self->error);
}

/* Another thread must not look at what a call is working on. */
int
py_builder_idle(py_builder *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_ValueError,
                        "the builder is busy in another call");
    }
    return self->busy ? -1 : 0;
}

/* --- construction ----------------------------------------------------------- */

static PyObject *
builder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"fields", "resolve", "id",      "keys", "stop",
                            "keep",   "workers", "rules",   NULL};
    PyObject *fields, *resolve, *keys, *rules = NULL;
    int id, stop;
    Py_ssize_t keep, workers;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOiOpnn|O:Builder", names,
                                     &fields, &resolve, &id, &keys, &stop,
                                     &keep, &workers, &rules)) {
        return NULL;
    }
    bcn_schema *schema = bcn_calloc(1, sizeof *schema);
    if (schema == NULL) {
        return PyErr_NoMemory();
    }
    py_builder *self = NULL;
    if (py_schema_parse(fields, id, keys, schema) == 0 &&
        (rules == NULL || py_rules_parse(rules, schema) == 0)) {
        allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
        self = (py_builder *)alloc(type, 0);
    }
    if (self != NULL) {
        self->resolve = Py_NewRef(resolve);
        self->interpreter = PyInterpreterState_Get();
        bcn_builder_options options = {
            .resolve = resolve_label,
            .context = self,
            .raise = stop != 0,
            .keep = keep < 1 ? 1 : (size_t)keep,
            .workers = workers < 1 ? 1 : (size_t)workers,
        };
        bcn_status status = bcn_builder_init(&self->core, schema, &options);
        self->ready = status == BCN_OK;
        if (status != BCN_OK) {
            (void)py_raise(status, NULL);
            Py_CLEAR(self);
        }
    }
    bcn_free(schema);
    return (PyObject *)self;
}

static int
builder_traverse(PyObject *op, visitproc visit, void *arg)
{
    py_builder *self = (py_builder *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->resolve);
    Py_VISIT(self->raised);
    Py_VISIT(self->drain);
    return 0;
}

static int
builder_clear(PyObject *op)
{
    py_builder *self = (py_builder *)op;
    Py_CLEAR(self->resolve);
    Py_CLEAR(self->raised);
    Py_CLEAR(self->drain);
    return 0;
}

static void
builder_dealloc(PyObject *op)
{
    py_builder *self = (py_builder *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    (void)builder_clear(op);
    bcn_builder_free(&self->core);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(op);
    Py_DECREF(type);
}

/* --- methods ---------------------------------------------------------------- */

PyDoc_STRVAR(begin_doc, "begin($self, source, /)\n--\n\n"
                        "Begin the next source; sources count from 0.\n");

static PyObject *
builder_begin(PyObject *op, PyObject *number)
{
    unsigned long source = PyLong_AsUnsignedLong(number);
    if (PyErr_Occurred() || py_builder_idle((py_builder *)op) < 0) {
        return NULL;
    }
    bcn_builder_begin(&((py_builder *)op)->core, (uint32_t)source);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(finish_doc,
             "finish($self, /)\n--\n\n"
             "Find duplicates and return ``(log, labels)``: the log and, per "
             "column whose domain is what was met, its sorted labels or the "
             "number of the column whose labels it shares (else None).  The "
             "builder keeps its account and takes no more rows.\n");

static PyObject *
builder_finish(PyObject *op, PyObject *unused)
{
    (void)unused;
    py_builder *self = (py_builder *)op;
    if (py_builder_begin(self) < 0) {
        return NULL;
    }
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_builder_finish(&self->core, &watch.core);
    PY_CORE_END(&watch)
    PyObject *done = py_builder_end(self, status);
    if (done == NULL) {
        return NULL;
    }
    Py_DECREF(done);
    self->ready = false;
    return py_builder_harvest(self);
}

#define COUNTER(name)                                                         \
    static PyObject *builder_##name(PyObject *op, void *unused)               \
    {                                                                         \
        (void)unused;                                                         \
        return PyLong_FromUnsignedLongLong(((py_builder *)op)->core.name);    \
    }
COUNTER(seen)
COUNTER(accepted)
COUNTER(duplicates)
#undef COUNTER

static PyObject *
builder_refused(PyObject *op, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((py_builder *)op)->core.ledger.rows);
}

static PyObject *
builder_stopped(PyObject *op, void *unused)
{
    (void)unused;
    return PyBool_FromLong(((py_builder *)op)->core.stopped);
}

static PyMethodDef builder_methods[] = {
    {"preload", py_builder_preload, METH_VARARGS, py_builder_preload_doc},
    {"unstated", py_builder_unstated, METH_VARARGS, py_builder_unstated_doc},
    {"begin", builder_begin, METH_O, begin_doc},
    {"drain", py_builder_drain, METH_VARARGS, py_builder_drain_doc},
    {"flush", py_builder_flush, METH_NOARGS, py_builder_flush_doc},
    {"read_csv", (PyCFunction)(void (*)(void))py_builder_read_csv,
     METH_VARARGS | METH_KEYWORDS, py_builder_read_csv_doc},
    {"read_arrow", (PyCFunction)(void (*)(void))py_builder_read_arrow,
     METH_VARARGS | METH_KEYWORDS, py_builder_read_arrow_doc},
    {"finish", builder_finish, METH_NOARGS, finish_doc},
    {"refusals", py_builder_refusals, METH_NOARGS, py_builder_refusals_doc},
    {"accounts", py_builder_accounts, METH_NOARGS, py_builder_accounts_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef builder_getset[] = {
    {"seen", builder_seen, NULL, "Rows handed in.", NULL},
    {"accepted", builder_accepted, NULL, "Rows in the log.", NULL},
    {"refused", builder_refused, NULL, "Rows refused.", NULL},
    {"duplicates", builder_duplicates, NULL, "Rows there twice.", NULL},
    {"stopped", builder_stopped, NULL,
     "Whether a refused row ended the reading; it is refusals()[0].", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(builder_doc,
             "Builder(fields, resolve, id, keys, stop, keep, workers, "
             "rules=())\n--\n\n"
             "Rows in, a log out.\n\n"
             "``fields`` are tuples ``(kind, required, labels, shares, "
             "minimum, maximum)`` with kind one of label, time, integer, id; "
             "``resolve(column, text)`` gives the code of a label or minus a "
             "reason.\n");

static PyType_Slot builder_slots[] = {
    {Py_tp_doc, (void *)builder_doc},
    {Py_tp_new, builder_new},
    {Py_tp_dealloc, builder_dealloc},
    {Py_tp_traverse, builder_traverse},
    {Py_tp_clear, builder_clear},
    {Py_tp_methods, builder_methods},
    {Py_tp_getset, builder_getset},
    {0, NULL},
};

static PyType_Spec builder_spec = {
    .name = "interpol_bcn._core.Builder",
    .basicsize = sizeof(py_builder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = builder_slots,
};

static PyMethodDef builder_functions[] = {
    {"split_record", py_split_record, METH_VARARGS, py_split_record_doc},
    {NULL, NULL, 0, NULL},
};

int
py_builder_ready(PyObject *module)
{
    if (py_type_ready(module, &builder_spec,
                      &py_state_of(module)->builder_type) < 0) {
        return -1;
    }
    return PyModule_AddFunctions(module, builder_functions);
}
