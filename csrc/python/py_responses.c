#include "python/py_responses.h"

#include "model/backlog.h"
#include "model/responses.h"
#include "model/select_groups.h"
#include "python/py_cube.h"
#include "python/py_question.h"

/* A block as a Memory, which takes its own share; ours goes. */
static PyObject *
lend(py_state *state, bcn_block *block, size_t count, char format)
{
    PyObject *made = py_memory_new(state, block, 0, count, format);
    bcn_block_drop(block);
    return made;
}

/* A column of numbers or times that every loop here reads as eight bytes. */
static const bcn_column *
wide_column(py_log *self, long number, bcn_kind kind)
{
    const bcn_log_column *column = py_log_column_at(self, number);
    if (column == NULL) {
        return NULL;
    }
    if (column->view.kind != kind ||
        column->view.width != (kind == BCN_LABEL ? 1 : 8)) {
        PyErr_SetString(PyExc_ValueError, "not a column of the right kind");
        return NULL;
    }
    return &column->view;
}

/* --- exact order statistics ------------------------------------------------------ */

const char py_log_select_doc[] =
    "run_select($self, /, question, column, ranks, workers=0)\n--\n\n"
    "Return how many values each cell has, and those at some ranks.\n\n"
    "``question`` is ``(shape, terms, dials, ranges)`` as of ``run``; ``ranks`` "
    "a list of\n``(rule, numerator, denominator)``: rule 0 is the least value "
    "with at least that\npart of all at or below it, 1 and 2 the floor and "
    "the ceiling of the place q (n - 1).";

static Py_ssize_t
parse_ranks(PyObject *list, bcn_rank *ranks)
{
    Py_ssize_t count = PyList_Size(list);
    if (count > BCN_RANKS_MAX) {
        PyErr_Format(PyExc_ValueError, "%zd ranks; at most %d are possible",
                     count, BCN_RANKS_MAX);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        int rule;
        unsigned numerator, denominator;
        PyObject *item = PySequence_GetItem(list, i);
        int parsed = item != NULL &&
                     PyArg_ParseTuple(item, "iII:rank", &rule, &numerator,
                                      &denominator);
        Py_XDECREF(item);
        if (!parsed) {
            return -1;
        }
        if (rule < 0 || rule > 2 || denominator == 0 ||
            numerator > denominator) {
            PyErr_SetString(PyExc_ValueError,
                            "a rank is a rule and a part from 0 to 1");
            return -1;
        }
        ranks[i] = (bcn_rank){(bcn_rank_rule)rule, numerator, denominator};
    }
    return count;
}

PyObject *
py_log_select(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"question", "column", "ranks", "workers", NULL};
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *given, *list;
    long number;
    Py_ssize_t workers = 0;
    bcn_rank ranks[BCN_RANKS_MAX];
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "O!lO!|n:run_select", names,
                                     &PyTuple_Type, &given, &number,
                                     &PyList_Type, &list, &workers)) {
        return NULL;
    }
    Py_ssize_t count = parse_ranks(list, ranks);
    const bcn_log_column *column = py_log_column_at(self, number);
    py_question *q = count < 0 || column == NULL ? NULL
                                                 : py_question_of(self, given);
    if (q == NULL) {
        return NULL;
    }
    bcn_plan_cells *cells = NULL;
    bcn_block *counts = NULL, *values = NULL;
    size_t groups = 0;
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        groups = bcn_plan_cells_groups(cells);
        counts = bcn_block_new(groups, sizeof(uint64_t), true);
        values = bcn_block_new(groups * (size_t)count, sizeof(int64_t), true);
        bcn_selection selection = {
            .rows = bcn_log_rows(self->core),
            .values = column->view.data,
            .width = column->view.width,
            .least = column->view.least,
            .greatest = column->view.greatest,
            .valid = column->view.valid,
            .groups = (uint32_t)groups,
            .cells = bcn_plan_cells_at,
            .context = cells,
            .ranks = ranks,
            .rank_count = (size_t)count,
            .workers = workers < 0 ? 0 : (size_t)workers,
        };
        status = counts == NULL || values == NULL
                     ? BCN_NOMEM
                     : bcn_select_groups(&selection, &watch.core,
                                         bcn_block_data(counts),
                                         bcn_block_data(values));
    }
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    py_question_free(q);
    if (status != BCN_OK) {
        bcn_block_drop(counts);
        bcn_block_drop(values);
        return py_raise(status, &error);
    }
    return Py_BuildValue("NN", lend(state, counts, groups, 'Q'),
                         lend(state, values, groups * (size_t)count, 'q'));
}

/* --- matching ------------------------------------------------------------------- */

const char py_log_match_doc[] =
    "run_match($self, /, question, columns, anyone, fresh, end, workers=0)\n--\n\n"
    "Match replies to requests: the rows in cell 0 of the question, ``fresh``: of "
    "them those that reply to nothing.\n\n"
    "``columns`` are the numbers of id, reply_to, sender, receiver and time.  "
    "Return the\nlog with three more columns (the request's state, the "
    "reply's, the wait), and how\nmany rows each state of both kinds has.";

static PyObject *
counts_told(const uint64_t *counts, size_t count)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *number = PyLong_FromUnsignedLongLong(counts[i]);
        if (number == NULL || PyList_Append(list, number) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(number);
    }
    return list;
}

static bcn_log_column
column_of(bcn_block *block, bcn_kind kind, size_t rows, int64_t greatest)
{
    return (bcn_log_column){
        .present = true,
        .view = {.kind = kind,
                 .width = kind == BCN_LABEL ? 1 : 8,
                 .data = bcn_block_data(block),
                 .rows = rows,
                 .greatest = greatest},
        .values = block,
    };
}

static bcn_status
match(const bcn_responses_ask *ask, bcn_watch *watch, bcn_responses *found,
      bcn_log **out)
{
    BCN_TRY(bcn_responses_find(ask, watch, found));
    size_t rows = bcn_log_rows(ask->log);
    const bcn_log_column more[] = {
        column_of(found->asked, BCN_LABEL, rows, 255),
        column_of(found->replies, BCN_LABEL, rows, 255),
        column_of(found->waits, BCN_INTEGER, rows, found->longest),
    };
    return bcn_log_with(ask->log, more, 3, out);
}

static bool
columns_fit(py_log *self, const long *numbers)
{
    for (size_t i = 0; i < 5; i++) {
        const bcn_log_column *column = py_log_column_at(self, numbers[i]);
        if (column == NULL) {
            return false;
        }
        bcn_kind kind = i < 2 ? BCN_ID : i < 4 ? BCN_LABEL : BCN_TIME;
        if (column->view.kind != kind || (kind == BCN_TIME &&
                                          column->view.valid != NULL)) {
            PyErr_SetString(PyExc_ValueError,
                            "two ids, two columns of labels and a time that "
                            "is always stated");
            return false;
        }
    }
    return true;
}

PyObject *
py_log_match(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"question", "columns", "anyone", "fresh",
                            "end",      "workers", NULL};
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *given;
    long numbers[5];
    int anyone, fresh;
    long long end;
    Py_ssize_t workers = 0;
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!(lllll)ppL|n:run_match", names, &PyTuple_Type, &given,
            &numbers[0], &numbers[1], &numbers[2], &numbers[3], &numbers[4],
            &anyone, &fresh, &end, &workers) ||
        !columns_fit(self, numbers)) {
        return NULL;
    }
    py_question *q = py_question_of(self, given);
    if (q == NULL) {
        return NULL;
    }
    bcn_plan_cells *cells = NULL;
    bcn_responses found = {0};
    bcn_log *log = NULL;
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        bcn_responses_ask ask = {
            .log = self->core,
            .id = (size_t)numbers[0],
            .reply_to = (size_t)numbers[1],
            .sender = (size_t)numbers[2],
            .receiver = (size_t)numbers[3],
            .time = (size_t)numbers[4],
            .requests = cells,
            .anyone = anyone != 0,
            .fresh = fresh != 0,
            .end = end,
            .workers = workers < 0 ? 0 : (size_t)workers,
        };
        status = match(&ask, &watch.core, &found, &log);
    }
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    py_question_free(q);
    PyObject *result =
        status != BCN_OK
            ? py_raise(status, &error)
            : Py_BuildValue("NNN", py_log_new(state->log_type, log),
                            counts_told(found.asked_counts, BCN_ASKED_COUNT),
                            counts_told(found.reply_counts, BCN_REPLY_COUNT));
    bcn_responses_free(&found);
    return result;
}

/* --- what was open ---------------------------------------------------------------- */

const char py_log_backlog_doc[] =
    "run_backlog($self, /, question, columns, moments, bands, workers=0)\n--\n\n"
    "Count what was open at each moment: int64 figures, a row for what came in\n"
    "and went out before each, then one for each band of ages.\n\n"
    "``columns`` are the numbers of the time, the wait and the request's "
    "state; ``moments``\n(rising) and ``bands`` are int64, in microseconds.";

PyObject *
py_log_backlog(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"question", "columns", "moments",
                            "bands",    "workers", NULL};
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *given, *times, *ages, *result = NULL;
    long numbers[3];
    Py_ssize_t workers = 0;
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!(lll)OO|n:run_backlog", names, &PyTuple_Type, &given,
            &numbers[0], &numbers[1], &numbers[2], &times, &ages, &workers)) {
        return NULL;
    }
    const bcn_column *sent = wide_column(self, numbers[0], BCN_TIME);
    const bcn_column *waits =
        sent != NULL ? wide_column(self, numbers[1], BCN_INTEGER) : NULL;
    const bcn_column *kinds =
        waits != NULL ? wide_column(self, numbers[2], BCN_LABEL) : NULL;
    py_numbers moments = {0}, bands = {0};
    py_question *q = NULL;
    bcn_block *figures = NULL;
    if (kinds == NULL || py_numbers_open(times, &moments) < 0 ||
        py_numbers_open(ages, &bands) < 0) {
        goto done;
    }
    const int64_t *moment = moments.view.buf;
    bool right = moments.width == 8 && bands.width == 8;
    for (size_t i = 0; right && i + 1 < moments.count; i++) {
        right = moment[i] < moment[i + 1];
    }
    if (!right) {
        PyErr_SetString(PyExc_ValueError, "int64 moments that rise, and bands");
        goto done;
    }
    q = py_question_of(self, given);
    if (q == NULL) {
        goto done;
    }
    size_t lines = 2 + bands.count;
    bcn_plan_cells *cells = NULL;
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        bcn_backlog_ask ask = {
            .rows = cells,
            .count = bcn_log_rows(self->core),
            .times = sent->data,
            .waits = waits->data,
            .kinds = kinds->data,
            .moments = moment,
            .moment_count = moments.count,
            .bands = bands.view.buf,
            .band_count = bands.count,
            .workers = workers < 0 ? 0 : (size_t)workers,
        };
        figures = bcn_block_new(lines * moments.count, sizeof(int64_t), true);
        status = figures == NULL
                     ? BCN_NOMEM
                     : bcn_backlog_count(&ask, &watch.core,
                                         bcn_block_data(figures));
    }
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    if (status == BCN_OK) {
        result = lend(state, figures, lines * moments.count, 'q');
        figures = NULL;
    } else {
        result = py_raise(status, &error);
    }
done:
    bcn_block_drop(figures);
    py_question_free(q);
    py_numbers_close(&moments);
    py_numbers_close(&bands);
    return result;
}
