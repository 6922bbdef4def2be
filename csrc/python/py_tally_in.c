/* py_tally_in.c - what makes cells: a cube, bytes, and lists from Python. */
#include "model/tally_wire.h"
#include "python/py_question.h"
#include "python/py_tally.h"

void
py_buckets_close(py_buckets *self)
{
    for (size_t i = 0; i < self->count; i++) {
        PyBuffer_Release(&self->views[i]);
    }
}

/* From a list of buffers of int64. */
int
py_buckets_open(PyObject *list, py_buckets *self)
{
    self->count = 0;
    Py_ssize_t count = PyList_Size(list);
    if (count > BCN_TALLY_CLOCKS) {
        PyErr_Format(PyExc_ValueError, "%zd axes of time; at most %d",
                     count, BCN_TALLY_CLOCKS);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(list, i);
        Py_buffer *view = &self->views[i];
        int got = item == NULL
                      ? -1
                      : PyObject_GetBuffer(item, view, PyBUF_C_CONTIGUOUS);
        Py_XDECREF(item);
        if (got < 0) {
            py_buckets_close(self);
            return -1;
        }
        self->count++;
        if ((view->len != 0 && (uintptr_t)view->buf % 8 != 0) ||
            view->len % 8 != 0) {
            PyErr_SetString(PyExc_ValueError, "buckets need 64-bit words");
            py_buckets_close(self);
            return -1;
        }
        self->keys[i] = view->buf;
        self->counts[i] = (size_t)view->len / 8;
    }
    return 0;
}

int
py_cells_shape(PyObject *dims, bcn_shape *shape)
{
    Py_ssize_t count = PyList_Size(dims);
    if (count > BCN_DIMS_MAX) {
        PyErr_SetString(PyExc_ValueError, "too many axes");
        return -1;
    }
    shape->ndim = (size_t)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(dims, i);
        shape->dims[i] = item != NULL ? PyLong_AsUnsignedLongLong(item) : 0;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

/* --- ways in ------------------------------------------------------------------ */

const char py_cells_from_cube_doc[] =
             "from_cube($type, cube, buckets, note=None, /)\n--\n\n"
             "Return the cells of a cube whose first dimensions are buckets.\n\n"
             "``buckets`` is a list with the int64 numbers of each, rising.\n";

PyObject *
py_cells_from_cube(PyObject *type, PyObject *args)
{
    py_state *state = py_state_of_type((PyTypeObject *)type);
    PyObject *object, *list, *note = Py_None;
    if (state == NULL || !PyArg_ParseTuple(args, "OO!|O:from_cube", &object,
                                           &PyList_Type, &list, &note)) {
        return NULL;
    }
    const bcn_cube *cube = py_cube_core(state, object);
    py_buckets given;
    if (cube == NULL || py_buckets_open(list, &given) < 0) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_tally *core = NULL;
    bcn_status status = given.count > cube->shape.ndim ? BCN_INVALID : BCN_OK;
    for (size_t d = 0; status == BCN_OK && d < given.count; d++) {
        if (given.counts[d] != cube->shape.dims[d]) {
            status = bcn_fail(&error, BCN_LENGTH,
                              "%zu buckets for %llu positions",
                              given.counts[d],
                              (unsigned long long)cube->shape.dims[d]);
        }
    }
    if (status == BCN_OK) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
        status = bcn_tally_from_cube(cube, given.count, given.keys, &core,
                                     &error);
        PY_CORE_END(&watch)
    }
    py_buckets_close(&given);
    return status == BCN_OK ? py_cells_new(state, core, note)
                            : py_raise(status, &error);
}

const char py_cells_from_rows_doc[] =
    "from_rows($type, log, question, amount, shape, buckets, note=None, /)\n"
    "--\n\n"
    "Return the cells of a log's rows, few of them.\n\n"
    "``question`` is (terms, dials, ranges) as of Log.run, ``shape`` its shape, "
    "``amount`` the column to add up, -1 to count.\n";

static bcn_status
run_rows(py_question *q, const py_buckets *buckets, bcn_tally **core,
         bcn_error *error)
{
    uint64_t cells = 1, reach;
    BCN_TRY(bcn_shape_size(&q->plan.shape, &reach, error));
    for (size_t d = 0; d < q->plan.shape.ndim; d++) {
        if (d >= buckets->count) {
            cells *= q->plan.shape.dims[d];
        } else if (buckets->counts[d] != q->plan.shape.dims[d]) {
            return bcn_fail(error, BCN_LENGTH, "one bucket a position");
        }
    }
    BCN_TRY(bcn_plan_check(&q->plan, error));
    return bcn_tally_from_rows(&q->plan, cells, buckets->count, buckets->keys,
                               core, error);
}

PyObject *
py_cells_from_rows(PyObject *type, PyObject *args)
{
    py_state *state = py_state_of_type((PyTypeObject *)type);
    PyObject *log, *terms, *dials, *ranges, *shape, *list, *note = Py_None;
    Py_ssize_t amount;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!(O!O!O!)nO!O!|O:from_rows",
                          state->log_type, &log, &PyList_Type, &terms,
                          &PyList_Type, &dials, &PyList_Type, &ranges, &amount,
                          &PyList_Type, &shape, &PyList_Type, &list, &note)) {
        return NULL;
    }
    py_log *records = (py_log *)log;
    py_question *q = py_question_new(records, shape, terms, dials, ranges);
    if (q == NULL) {
        return NULL;
    }
    py_buckets buckets = {.count = 0};
    PyObject *result = NULL;
    if (py_buckets_open(list, &buckets) < 0) {
        goto done;
    }
    if (amount >= (Py_ssize_t)bcn_log_count(records->core) ||
        buckets.count > q->plan.shape.ndim) {
        PyErr_SetString(PyExc_ValueError, "these rows have no such cells");
        goto done;
    }
    if (amount >= 0) {
        q->plan.measure = &bcn_log_at(records->core, (size_t)amount)->view;
    }
    bcn_error error = {""};
    bcn_tally *core = NULL;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = run_rows(q, &buckets, &core, &error);
    PY_CORE_END(&watch)
    result = status == BCN_OK ? py_cells_new(state, core, note)
                              : py_raise(status, &error);
done:
    py_buckets_close(&buckets);
    py_question_free(q);
    return result;
}

const char py_cells_read_doc[] = "read($type, bytes, note=None, /)\n--\n\n"
                       "Return the cells that `write` gave; ValueError for "
                       "any other bytes.\n";

PyObject *
py_cells_read(PyObject *type, PyObject *args)
{
    py_state *state = py_state_of_type((PyTypeObject *)type);
    Py_buffer view;
    PyObject *note = Py_None;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "y*|O:read", &view, &note)) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_tally *core = NULL;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_tally_read(view.buf, (size_t)view.len, &watch.core, &core,
                            &error);
    PY_CORE_END(&watch)
    PyBuffer_Release(&view);
    return status == BCN_OK ? py_cells_new(state, core, note)
                            : py_raise(status, &error);
}
