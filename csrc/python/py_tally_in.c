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

/* Rows and the question that is asked of them. */
typedef struct asked {
    PyObject *log, *terms, *dials, *ranges, *shape, *list, *note;
    Py_ssize_t amount;
    py_question *question;
    py_buckets buckets;
    uint64_t cells; /* of a bucket */
} asked;

static void
asked_close(asked *self)
{
    py_buckets_close(&self->buckets);
    py_question_free(self->question);
}

/* 0, or -1 with an exception. */
static int
asked_open(py_state *state, PyObject *args, const char *format, asked *self)
{
    self->note = Py_None;
    if (!PyArg_ParseTuple(args, format, state->log_type, &self->log,
                          &PyList_Type, &self->terms, &PyList_Type,
                          &self->dials, &PyList_Type, &self->ranges,
                          &self->amount, &PyList_Type, &self->shape,
                          &PyList_Type, &self->list, &self->note)) {
        return -1;
    }
    py_log *records = (py_log *)self->log;
    self->question = py_question_new(records, self->shape, self->terms,
                                     self->dials, self->ranges);
    if (self->question == NULL) {
        return -1;
    }
    if (py_buckets_open(self->list, &self->buckets) < 0) {
        self->buckets.count = 0;
        asked_close(self);
        return -1;
    }
    bcn_plan *plan = &self->question->plan;
    if (self->amount >= (Py_ssize_t)bcn_log_count(records->core) ||
        self->buckets.count > plan->shape.ndim) {
        PyErr_SetString(PyExc_ValueError, "these rows have no such cells");
        asked_close(self);
        return -1;
    }
    if (self->amount >= 0) {
        plan->measure =
            &bcn_log_at(records->core, (size_t)self->amount)->view;
    }
    return 0;
}

static bcn_status
check_rows(asked *self, bcn_error *error)
{
    const bcn_plan *plan = &self->question->plan;
    uint64_t reach;
    self->cells = 1;
    BCN_TRY(bcn_shape_size(&plan->shape, &reach, error));
    for (size_t d = 0; d < plan->shape.ndim; d++) {
        if (d >= self->buckets.count) {
            self->cells *= plan->shape.dims[d];
        } else if (self->buckets.counts[d] != plan->shape.dims[d]) {
            return bcn_fail(error, BCN_LENGTH, "one bucket a position");
        }
    }
    return bcn_plan_check(plan, error);
}

PyObject *
py_cells_from_rows(PyObject *type, PyObject *args)
{
    py_state *state = py_state_of_type((PyTypeObject *)type);
    asked self = {0};
    if (state == NULL ||
        asked_open(state, args, "O!(O!O!O!)nO!O!|O:from_rows", &self) < 0) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_tally *core = NULL;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = check_rows(&self, &error);
    if (status == BCN_OK) {
        status = bcn_tally_from_rows(&self.question->plan, self.cells,
                                     self.buckets.count, self.buckets.keys,
                                     &core, &error);
    }
    PY_CORE_END(&watch)
    asked_close(&self);
    return status == BCN_OK ? py_cells_new(state, core, self.note)
                            : py_raise(status, &error);
}

const char py_cells_add_rows_doc[] =
    "add_rows($self, log, question, amount, shape, buckets, note, /)\n"
    "--\n\n"
    "Add the cells that `from_rows` makes, and take the note.\n";

PyObject *
py_cells_add_rows(PyObject *op, PyObject *args)
{
    py_cells *cells = (py_cells *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    asked self = {0};
    if (state == NULL ||
        asked_open(state, args, "O!(O!O!O!)nO!O!O:add_rows", &self) < 0) {
        return NULL;
    }
    if (py_cells_begin(cells) < 0) {
        asked_close(&self);
        return NULL;
    }
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = check_rows(&self, &error);
    if (status == BCN_OK && (self.cells != cells->core->cells ||
                             self.buckets.count != cells->core->clocks)) {
        status = bcn_fail(&error, BCN_INVALID, "rows of other cells");
    }
    if (status == BCN_OK) {
        status = bcn_tally_add_rows(cells->core, &self.question->plan,
                                    self.buckets.keys, &error);
    }
    PY_CORE_END(&watch)
    cells->busy = false;
    asked_close(&self);
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *before = cells->note;
    cells->note = Py_NewRef(self.note);
    Py_XDECREF(before);
    Py_RETURN_NONE;
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
