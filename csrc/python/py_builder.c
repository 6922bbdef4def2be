#include "python/py_builder.h"

#include <string.h>

#include "model/met.h"
#include "python/py_log.h"

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
static int
idle(py_builder *self)
{
    if (self->busy) {
        PyErr_SetString(PyExc_ValueError,
                        "the builder is busy in another call");
    }
    return self->busy ? -1 : 0;
}

/* --- construction ----------------------------------------------------------- */

static const char *const kind_names[] = {"label", "time", "integer", "id"};

static int
parse_field(PyObject *item, bcn_field *field)
{
    const char *kind;
    int required;
    unsigned int labels;
    int shares;
    long long minimum, maximum;
    if (!PyArg_ParseTuple(item, "spIiLL:field", &kind, &required, &labels,
                          &shares, &minimum, &maximum)) {
        return -1;
    }
    for (int k = 0; k < 4; k++) {
        if (strcmp(kind, kind_names[k]) == 0) {
            *field = (bcn_field){.kind = (bcn_kind)k,
                                 .required = required != 0,
                                 .labels = labels,
                                 .shares = shares,
                                 .minimum = minimum,
                                 .maximum = maximum};
            if (labels > BCN_MAX_LABELS) {
                PyErr_Format(PyExc_ValueError,
                             "a domain of %u labels: at most %u are possible",
                             labels, BCN_MAX_LABELS);
                return -1;
            }
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError, "unknown kind of column %s", kind);
    return -1;
}

static int
parse_schema(PyObject *fields, int id, PyObject *keys, bcn_schema *schema)
{
    Py_ssize_t count = PySequence_Size(fields);
    Py_ssize_t key_count = PySequence_Size(keys);
    if (count < 0 || key_count < 0) {
        return -1;
    }
    if (count > BCN_MAX_FIELDS || key_count > 2 || id >= count) {
        PyErr_SetString(PyExc_ValueError, "too many columns or keys");
        return -1;
    }
    schema->count = (size_t)count;
    schema->id = id;
    schema->key_count = (size_t)key_count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(fields, i);
        bcn_field *field = &schema->fields[i];
        int failed = item == NULL || parse_field(item, field) < 0;
        Py_XDECREF(item);
        if (!failed && (field->shares >= count ||
                        (field->shares >= 0 &&
                         (field->kind != BCN_LABEL || field->labels != 0)))) {
            PyErr_SetString(PyExc_ValueError, "no labels to share");
            failed = 1;
        }
        if (failed) {
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        int shares = schema->fields[i].shares;
        if (shares >= 0 && (schema->fields[shares].kind != BCN_LABEL ||
                            schema->fields[shares].labels != 0 ||
                            schema->fields[shares].shares >= 0)) {
            PyErr_SetString(PyExc_ValueError, "no labels to share");
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < key_count; i++) {
        PyObject *item = PySequence_GetItem(keys, i);
        long key = item != NULL ? PyLong_AsLong(item) : -1;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
        if (key < 0 || key >= count ||
            schema->fields[key].kind != BCN_LABEL) {
            PyErr_SetString(PyExc_ValueError, "a key is not a label column");
            return -1;
        }
        schema->keys[i] = (int)key;
    }
    return 0;
}

static PyObject *
builder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"fields", "resolve", "id",      "keys",
                            "stop",   "keep",    "workers", NULL};
    PyObject *fields, *resolve, *keys;
    int id, stop;
    Py_ssize_t keep, workers;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOiOpnn:Builder", names,
                                     &fields, &resolve, &id, &keys, &stop,
                                     &keep, &workers)) {
        return NULL;
    }
    bcn_schema *schema = bcn_calloc(1, sizeof *schema);
    if (schema == NULL) {
        return PyErr_NoMemory();
    }
    py_builder *self = NULL;
    if (parse_schema(fields, id, keys, schema) == 0) {
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
    return 0;
}

static int
builder_clear(PyObject *op)
{
    py_builder *self = (py_builder *)op;
    Py_CLEAR(self->resolve);
    Py_CLEAR(self->raised);
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

PyDoc_STRVAR(preload_doc,
             "preload($self, column, codes, /)\n--\n\n"
             "Say what texts stand for without asking: ``codes`` maps text to "
             "code.\n");

static PyObject *
builder_preload(PyObject *op, PyObject *args)
{
    py_builder *self = (py_builder *)op;
    Py_ssize_t column;
    PyObject *codes;
    if (!PyArg_ParseTuple(args, "nO!:preload", &column, &PyDict_Type,
                          &codes)) {
        return NULL;
    }
    if (idle(self) < 0) {
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

PyDoc_STRVAR(begin_doc, "begin($self, source, /)\n--\n\n"
                        "Begin the next source; sources count from 0.\n");

static PyObject *
builder_begin(PyObject *op, PyObject *number)
{
    unsigned long source = PyLong_AsUnsignedLong(number);
    if (PyErr_Occurred() || idle((py_builder *)op) < 0) {
        return NULL;
    }
    bcn_builder_begin(&((py_builder *)op)->core, (uint32_t)source);
    Py_RETURN_NONE;
}

/* The labels of a column whose domain is what was met, in the order of their
 * codes; the number of the column whose labels it shares, if it does. */
static PyObject *
met_labels(bcn_builder *core, size_t column)
{
    bcn_store *store = core->stores[column].owner;
    if (store != &core->stores[column]) {
        return PyLong_FromSsize_t(store - core->stores);
    }
    size_t count;
    uint32_t *order;
    bcn_status status = bcn_met_settle(core->stores, core->schema.count,
                                       column, &order, &count);
    if (status != BCN_OK) {
        return py_raise(status, NULL);
    }
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        bcn_bytes text = bcn_labels_text(store->known, order[i]);
        PyObject *label = PyUnicode_DecodeUTF8(
            text.data, (Py_ssize_t)text.length, "replace");
        if (label == NULL || PyList_SetItem(list, (Py_ssize_t)i, label) < 0) {
            Py_CLEAR(list);
        }
    }
    bcn_free(order);
    return list;
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
    size_t count = self->core.schema.count;
    PyObject *labels = PyList_New((Py_ssize_t)count);
    for (size_t c = 0; labels != NULL && c < count; c++) {
        const bcn_field *field = &self->core.schema.fields[c];
        PyObject *met = field->kind == BCN_LABEL && field->labels == 0
                            ? met_labels(&self->core, c)
                            : Py_NewRef(Py_None);
        if (met == NULL || PyList_SetItem(labels, (Py_ssize_t)c, met) < 0) {
            Py_CLEAR(labels);
        }
    }
    py_state *state = py_state_of_type(Py_TYPE(op));
    if (labels == NULL || state == NULL) {
        Py_XDECREF(labels);
        return NULL;
    }
    bcn_log *log;
    status = bcn_log_new(&self->core, &log);
    if (status != BCN_OK) {
        Py_DECREF(labels);
        return py_raise(status, NULL);
    }
    PyObject *object = py_log_new(state->log_type, log);
    if (object == NULL) {
        Py_DECREF(labels);
        return NULL;
    }
    return Py_BuildValue("(NN)", object, labels);
}

static PyObject *
value_object(const bcn_ledger *ledger, uint32_t value)
{
    if (value == BCN_NONE) {
        Py_RETURN_NONE;
    }
    bcn_bytes text = bcn_labels_text(ledger->values, value);
    return PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.length,
                                "backslashreplace");
}

static PyObject *
column_object(uint16_t column)
{
    if (column == BCN_WHOLE_ROW) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLong(column);
}

PyDoc_STRVAR(refusals_doc,
             "refusals($self, /)\n--\n\n"
             "Return the refused rows that were kept: a list of ``(source, "
             "row, line, column, reason, value)``; line is 0 where the source "
             "has no lines, column None where the whole row is at fault.\n");

static PyObject *
builder_refusals(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (idle((py_builder *)op) < 0) {
        return NULL;
    }
    const bcn_ledger *ledger = &((py_builder *)op)->core.ledger;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < ledger->kept_count; i++) {
        const bcn_refusal *at = &ledger->kept[i];
        PyObject *item = Py_BuildValue(
            "(IKKNIN)", (unsigned)at->source, (unsigned long long)at->row,
            (unsigned long long)at->line, column_object(at->column),
            (unsigned)at->reason, value_object(ledger, at->value));
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

PyDoc_STRVAR(accounts_doc,
             "accounts($self, /)\n--\n\n"
             "Return the account of refused rows: a list of ``(column, reason, "
             "value, rows)``.\n");

static PyObject *
builder_accounts(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (idle((py_builder *)op) < 0) {
        return NULL;
    }
    const bcn_ledger *ledger = &((py_builder *)op)->core.ledger;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < ledger->account_count; i++) {
        const bcn_account *at = &ledger->accounts[i];
        PyObject *item = Py_BuildValue(
            "(NINK)", column_object(at->column), (unsigned)at->reason,
            value_object(ledger, at->value), (unsigned long long)at->rows);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
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
    {"preload", builder_preload, METH_VARARGS, preload_doc},
    {"begin", builder_begin, METH_O, begin_doc},
    {"read_csv", (PyCFunction)(void (*)(void))py_builder_read_csv,
     METH_VARARGS | METH_KEYWORDS, py_builder_read_csv_doc},
    {"read_arrow", (PyCFunction)(void (*)(void))py_builder_read_arrow,
     METH_VARARGS | METH_KEYWORDS, py_builder_read_arrow_doc},
    {"finish", builder_finish, METH_NOARGS, finish_doc},
    {"refusals", builder_refusals, METH_NOARGS, refusals_doc},
    {"accounts", builder_accounts, METH_NOARGS, accounts_doc},
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
             "Builder(fields, resolve, id, keys, stop, keep, workers)\n--\n\n"
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
