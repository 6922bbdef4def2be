#include "kernel/select.h"
#include "model/distinct_groups.h"
#include "model/select_groups.h"
#include "model/windows.h"
#include "sketch/distinct_sketch.h"
#include "python/py_cube.h"
#include "python/py_question.h"

/* Measures that are no sums: what lies at a rank, between records, or within
 * a window.  Each takes a question as Log.run does. */

/* --- ranks -------------------------------------------------------------------------- */

typedef struct rank_list {
    size_t count;
    bcn_rank ranks[BCN_RANKS_MAX];
} rank_list;

/* [(rule, numerator, denominator), ...]: 0 least, 1 floor, 2 ceil. */
static int
parse_ranks(PyObject *given, rank_list *list)
{
    Py_ssize_t count = PySequence_Size(given);
    if (count < 0) {
        return -1;
    }
    if (count > BCN_RANKS_MAX) {
        PyErr_Format(PyExc_ValueError, "%zd ranks; at most %d are possible",
                     count, BCN_RANKS_MAX);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(given, i);
        int rule = 0;
        unsigned int numerator = 0, denominator = 0;
        int parsed = item != NULL && PyArg_ParseTuple(item, "iII:rank", &rule,
                                                      &numerator, &denominator);
        Py_XDECREF(item);
        if (!parsed) {
            return -1;
        }
        if (rule < 0 || rule > 2 || denominator == 0 ||
            numerator > denominator) {
            PyErr_SetString(PyExc_ValueError, "no such rank");
            return -1;
        }
        list->ranks[list->count++] =
            (bcn_rank){(bcn_rank_rule)rule, numerator, denominator};
    }
    return 0;
}

static PyObject *
numbers_of(py_state *state, bcn_block *block, size_t count, char format)
{
    return block == NULL ? PyErr_NoMemory()
                         : py_memory_new(state, block, 0, count, format);
}

/* A tuple of two arrays; takes the references. */
static PyObject *
pair_of(PyObject *one, PyObject *other)
{
    PyObject *pair = one != NULL && other != NULL
                         ? PyTuple_Pack(2, one, other)
                         : NULL;
    Py_XDECREF(one);
    Py_XDECREF(other);
    return pair;
}

/* --- gaps --------------------------------------------------------------------------- */

/* The values at the ranks of each group's gaps, which move within the group. */
static bcn_status
gap_ranks(bcn_grouped *all, const rank_list *list, int64_t *out,
          bcn_watch *watch)
{
    for (uint32_t g = 0; g < all->groups; g++) {
        size_t count = all->starts[g + 1] - all->starts[g];
        for (size_t r = 0; r < list->count && count > 1; r++) {
            bcn_search search = {
                .values = all->times + all->starts[g],
                .to = count - 1,
                .rank = (size_t)bcn_rank_of(&list->ranks[r], count - 1)};
            while (!bcn_search_step(&search)) {
                if (bcn_watch_check(watch, true)) {
                    return BCN_CANCELLED;
                }
            }
            out[g * list->count + r] = search.values[search.rank];
        }
        if (g % 1024 == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
    }
    return BCN_OK;
}

const char py_log_run_gaps_doc[] =
    "run_gaps($self, shape, terms, dials, ranges, time, ranks, /)\n--\n\n"
    "Return of each cell (records, gaps of nothing, first, last time), and the\n"
    "gaps between its records at ranks: two arrays, cells x 4, cells x ranks.\n\n"
    "The question is as in run(), ``ranks`` as in run_select().";

PyObject *
py_log_run_gaps(PyObject *op, PyObject *args)
{
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *shape, *terms, *dials, *ranges, *given;
    long number;
    rank_list list = {0};
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!O!O!O!lO:run_gaps", &PyList_Type, &shape,
                          &PyList_Type, &terms, &PyList_Type, &dials,
                          &PyList_Type, &ranges, &number, &given) ||
        parse_ranks(given, &list) < 0) {
        return NULL;
    }
    const bcn_log_column *column = py_log_column_at(self, number);
    py_question *q = column == NULL ? NULL
                                    : py_question_new(self, shape, terms,
                                                      dials, ranges);
    if (q == NULL) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_block *facts = NULL, *values = NULL;
    size_t groups = 0;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    bcn_plan_cells *cells = NULL;
    bcn_grouped all = {0};
    status = bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        status = bcn_grouped_fill(&all, cells, &column->view, NULL,
                                  &watch.core);
    }
    if (status == BCN_OK) {
        groups = all.groups;
        facts = bcn_block_new(groups, sizeof(bcn_gaps), true);
        values = bcn_block_new(groups * list.count, 8, true);
        status = facts == NULL || values == NULL ? BCN_NOMEM : BCN_OK;
    }
    if (status == BCN_OK) {
        status = bcn_grouped_gaps(&all, bcn_block_data(facts), &watch.core);
    }
    if (status == BCN_OK) {
        status = gap_ranks(&all, &list, bcn_block_data(values), &watch.core);
    }
    bcn_grouped_free(&all);
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    PyObject *result =
        status == BCN_OK
            ? pair_of(numbers_of(state, facts, groups * 4, 'q'),
                      numbers_of(state, values, groups * list.count, 'q'))
            : py_raise(status, &error);
    bcn_block_drop(facts);
    bcn_block_drop(values);
    py_question_free(q);
    return result;
}

/* --- different values ----------------------------------------------------------------- */

const char py_log_run_distinct_doc[] =
    "run_distinct($self, shape, terms, dials, ranges, column, bits, /)\n--\n\n"
    "Return about how many different values each cell has, and whether that is\n"
    "exact: two arrays.  The question is as in run().";

PyObject *
py_log_run_distinct(PyObject *op, PyObject *args)
{
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *shape, *terms, *dials, *ranges;
    long number;
    unsigned int bits;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!O!O!O!lI:run_distinct", &PyList_Type, &shape,
                          &PyList_Type, &terms, &PyList_Type, &dials,
                          &PyList_Type, &ranges, &number, &bits)) {
        return NULL;
    }
    if (bits < BCN_DISTINCT_BITS_MIN || bits > BCN_DISTINCT_BITS_MAX) {
        PyErr_SetString(PyExc_ValueError, "too few or too many bits");
        return NULL;
    }
    const bcn_log_column *column = py_log_column_at(self, number);
    py_question *q = column == NULL ? NULL
                                    : py_question_new(self, shape, terms,
                                                      dials, ranges);
    if (q == NULL) {
        return NULL;
    }
    bcn_error error = {""};
    bcn_block *estimates = NULL, *exact = NULL;
    size_t groups = 0;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    bcn_plan_cells *cells = NULL;
    status = bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        groups = bcn_plan_cells_groups(cells);
        estimates = bcn_block_new(groups, sizeof(double), true);
        exact = bcn_block_new(groups, 1, true);
        status = estimates == NULL || exact == NULL
                     ? BCN_NOMEM
                     : bcn_distinct_groups(cells, column, bits, &watch.core,
                                           bcn_block_data(estimates),
                                           bcn_block_data(exact));
    }
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    PyObject *result = status == BCN_OK
                           ? pair_of(numbers_of(state, estimates, groups, 'd'),
                                     numbers_of(state, exact, groups, 'B'))
                           : py_raise(status, &error);
    bcn_block_drop(estimates);
    bcn_block_drop(exact);
    py_question_free(q);
    return result;
}

/* --- windows --------------------------------------------------------------------------- */

static PyObject *
windows_told(const bcn_windows *w, size_t group)
{
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; rows != NULL && i < w->used; i++) {
        PyObject *row = Py_BuildValue("(LN)", (long long)w->begins[i],
                                      py_wide(w->totals[i]));
        if (row == NULL || PyList_Append(rows, row) < 0) {
            Py_CLEAR(rows);
        }
        Py_XDECREF(row);
    }
    return rows == NULL ? NULL
                        : Py_BuildValue("(nNK)", (Py_ssize_t)group, rows,
                                        (unsigned long long)w->equal);
}

const char py_log_run_windows_doc[] =
    "run_windows($self, shape, terms, dials, ranges, time, weight, length, origin,\n"
    "            sliding, n, /)\n--\n\n"
    "Return of each cell with records the n fullest windows of time:\n"
    "[(cell, [(begin, total), ...], how many more equal the last), ...].\n\n"
    "The question is as in run(); ``weight`` is a column or -1; ``origin`` is\n"
    "where a window that does not slide may begin.";

PyObject *
py_log_run_windows(PyObject *op, PyObject *args)
{
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *shape, *terms, *dials, *ranges;
    long number, weight;
    long long length, origin;
    int sliding;
    Py_ssize_t n;
    if (state == NULL ||
        !PyArg_ParseTuple(args, "O!O!O!O!llLLpn:run_windows", &PyList_Type, &shape,
                          &PyList_Type, &terms, &PyList_Type, &dials,
                          &PyList_Type, &ranges, &number, &weight, &length,
                          &origin, &sliding, &n)) {
        return NULL;
    }
    const bcn_log_column *column = py_log_column_at(self, number);
    const bcn_log_column *weights =
        weight < 0 || column == NULL ? NULL : py_log_column_at(self, weight);
    if (column == NULL || (weight >= 0 && weights == NULL)) {
        return NULL;
    }
    if (n < 1) {
        PyErr_SetString(PyExc_ValueError, "n is 1 or more");
        return NULL;
    }
    py_question *q = py_question_new(self, shape, terms, dials, ranges);
    if (q == NULL) {
        return NULL;
    }
    bcn_windows w = {.length = length,
                     .origin = origin,
                     .sliding = sliding != 0,
                     .room = (size_t)n,
                     .begins = bcn_alloc((size_t)n, sizeof *w.begins),
                     .totals = bcn_alloc((size_t)n, sizeof *w.totals)};
    bcn_error error = {""};
    bcn_grouped all = {0};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    bcn_plan_cells *cells = NULL;
    status = w.begins == NULL || w.totals == NULL
                 ? BCN_NOMEM
                 : bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        status = bcn_grouped_fill(&all, cells, &column->view,
                                  weights == NULL ? NULL : &weights->view,
                                  &watch.core);
    }
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    PyObject *told = status == BCN_OK ? PyList_New(0) : NULL;
    for (uint32_t g = 0; told != NULL && g < all.groups; g++) {
        if (all.starts[g] == all.starts[g + 1]) {
            continue;
        }
        PY_CORE_BEGIN(&watch)
        status = bcn_grouped_windows(&all, g, &w, &watch.core);
        PY_CORE_END(&watch)
        PyObject *row = status == BCN_OK ? windows_told(&w, g) : NULL;
        if (row == NULL || PyList_Append(told, row) < 0) {
            Py_CLEAR(told);
        }
        Py_XDECREF(row);
    }
    if (status != BCN_OK) {
        Py_XDECREF(told);
        told = py_raise(status, &error);
    }
    bcn_grouped_free(&all);
    bcn_free(w.begins);
    bcn_free(w.totals);
    py_question_free(q);
    return told;
}
