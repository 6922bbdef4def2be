/* py_drain.c - the rows of a builder leave it: at its end, or block by block
 * while a reader goes on. */
#include "model/met.h"
#include "python/py_builder.h"
#include "python/py_log.h"

/* Accounts of a ledger at which rows leave too: far from where a ledger stops
 * telling values apart, with room for a batch of nothing else. */
enum { MANY_ACCOUNTS = 1 << 15 };

PyObject *
py_builder_harvest(py_builder *self)
{
    size_t count = self->core.schema.count;
    py_state *state = py_state_of_type(Py_TYPE((PyObject *)self));
    PyObject *labels = PyList_New((Py_ssize_t)count);
    for (size_t c = 0; labels != NULL && c < count; c++) {
        const bcn_field *field = &self->core.schema.fields[c];
        PyObject *met = field->kind == BCN_LABEL && field->labels == 0
                            ? py_builder_met(&self->core, c)
                            : Py_NewRef(Py_None);
        if (met == NULL || PyList_SetItem(labels, (Py_ssize_t)c, met) < 0) {
            Py_CLEAR(labels);
        }
    }
    if (labels == NULL || state == NULL) {
        Py_XDECREF(labels);
        return NULL;
    }
    bcn_log *log;
    bcn_status status = bcn_log_new(&self->core, &log);
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

const char py_builder_drain_doc[] =
    "drain($self, take, rows, /)\n--\n\n"
    "Hand over the rows of a source without ids block by block.\n\n"
    "``take(log, labels, accounts, refusals)`` is called within a reader, "
    "perhaps on another thread, with about ``rows`` rows at a time; finish() "
    "gives the rest.\n";

PyObject *
py_builder_drain(PyObject *op, PyObject *args)
{
    py_builder *self = (py_builder *)op;
    PyObject *take;
    Py_ssize_t rows;
    if (!PyArg_ParseTuple(args, "On:drain", &take, &rows) ||
        py_builder_idle(self) < 0) {
        return NULL;
    }
    Py_XSETREF(self->drain, Py_NewRef(take));
    self->drain_rows = rows < 1 ? 1 : (size_t)rows;
    Py_RETURN_NONE;
}

/* With the interpreter: 0, or -1 with an exception. */
static int
hand_over(py_builder *self)
{
    PyObject *accounts = py_ledger_accounts(&self->core.ledger);
    PyObject *refusals = py_ledger_refusals(&self->core.ledger);
    PyObject *made = accounts != NULL && refusals != NULL
                         ? py_builder_harvest(self)
                         : NULL;
    PyObject *answer =
        made == NULL
            ? NULL
            : PyObject_CallFunctionObjArgs(
                  self->drain, PyTuple_GetItem(made, 0),
                  PyTuple_GetItem(made, 1), accounts, refusals, NULL);
    Py_XDECREF(made);
    Py_XDECREF(accounts);
    Py_XDECREF(refusals);
    Py_XDECREF(answer);
    return answer == NULL ? -1 : 0;
}

static bcn_status
take(void *context, const bcn_batch *batch)
{
    py_builder *self = context;
    BCN_TRY(bcn_builder_take(&self->core, batch));
    const bcn_schema *schema = &self->core.schema;
    bool ids = schema->id >= 0 && self->core.stores[schema->id].present;
    if (self->drain == NULL || ids ||
        (self->core.accepted < self->drain_rows &&
         self->core.ledger.account_count < MANY_ACCOUNTS)) {
        return BCN_OK;
    }
    py_stay stay;
    BCN_TRY(py_stay_begin(self, &stay));
    bcn_status status = BCN_OK;
    if (hand_over(self) < 0) {
        Py_XSETREF(self->raised, py_exception_take());
        status = BCN_INVALID;
    }
    py_stay_end(&stay);
    return status == BCN_OK ? bcn_builder_renew(&self->core) : status;
}

const char py_builder_flush_doc[] =
    "flush($self, /)\n--\n\n"
    "Hand over the rows so far and begin again without rows: True.  False "
    "where there are ids, which finish() alone can look through.\n";

PyObject *
py_builder_flush(PyObject *op, PyObject *unused)
{
    (void)unused;
    py_builder *self = (py_builder *)op;
    const bcn_schema *schema = &self->core.schema;
    if (self->drain == NULL) {
        PyErr_SetString(PyExc_ValueError, "nobody takes the rows");
        return NULL;
    }
    if (schema->id >= 0 && self->core.stores[schema->id].present) {
        Py_RETURN_FALSE;
    }
    if (py_builder_begin(self) < 0) {
        return NULL;
    }
    int given = hand_over(self);
    bcn_status status = given == 0 ? bcn_builder_renew(&self->core) : BCN_OK;
    self->busy = false;
    if (given < 0 || status != BCN_OK) {
        self->ready = false;
        return given < 0 ? NULL : py_raise(status, NULL);
    }
    Py_RETURN_TRUE;
}

bcn_sink
py_builder_sink(py_builder *self)
{
    return (bcn_sink){take, self};
}
