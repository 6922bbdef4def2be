#include "model/survival.h"
#include "python/py_question.h"
#include "python/py_responses.h"

/* Log.survival: the product-limit estimate of each cell, or its curve. */

enum { LEVELS_MAX = 64 };

/* The steps of all curves, one after the other. */
typedef struct steps {
    uint32_t *groups;
    int64_t *times;
    uint64_t *at_risk, *ended;
    double *survival, *sums;
    size_t count, capacities[6];
} steps;

static bcn_status
steps_add(steps *s, size_t group, const bcn_life_step *step)
{
    size_t n = s->count + 1, *c = s->capacities;
    BCN_TRY(bcn_grow((void **)&s->groups, &c[0], n, sizeof *s->groups));
    BCN_TRY(bcn_grow((void **)&s->times, &c[1], n, sizeof *s->times));
    BCN_TRY(bcn_grow((void **)&s->at_risk, &c[2], n, sizeof *s->at_risk));
    BCN_TRY(bcn_grow((void **)&s->ended, &c[3], n, sizeof *s->ended));
    BCN_TRY(bcn_grow((void **)&s->survival, &c[4], n, sizeof *s->survival));
    BCN_TRY(bcn_grow((void **)&s->sums, &c[5], n, sizeof *s->sums));
    s->groups[s->count] = (uint32_t)group;
    s->times[s->count] = step->time;
    s->at_risk[s->count] = step->at_risk;
    s->ended[s->count] = step->ended;
    s->survival[s->count] = step->survival;
    s->sums[s->count] = step->sum;
    s->count = n;
    return BCN_OK;
}

static bcn_status
steps_fill(steps *s, const bcn_survival *survival, bcn_watch *watch)
{
    for (size_t g = 0; g < survival->groups; g++) {
        bcn_life life = bcn_survival_walk(survival, g);
        while (bcn_survival_next(&life)) {
            BCN_TRY(steps_add(s, g, &life.step));
            if (s->count % 65536 == 0 && bcn_watch_check(watch, true)) {
                return BCN_CANCELLED;
            }
        }
    }
    return BCN_OK;
}

static void
steps_free(steps *s)
{
    bcn_free(s->groups);
    bcn_free(s->times);
    bcn_free(s->at_risk);
    bcn_free(s->ended);
    bcn_free(s->survival);
    bcn_free(s->sums);
}

static PyObject *
lend(py_state *state, void **memory, size_t count, size_t size, char format)
{
    bcn_block *block = *memory != NULL
                           ? bcn_block_wrap(*memory, count * size)
                           : bcn_block_new(0, size, false);
    if (block == NULL) {
        return PyErr_NoMemory();
    }
    *memory = NULL;
    PyObject *made = py_memory_new(state, block, 0, count, format);
    bcn_block_drop(block);
    return made;
}

static PyObject *
steps_told(py_state *state, steps *s)
{
    size_t n = s->count;
    return Py_BuildValue("NNNNNN",
                         lend(state, (void **)&s->groups, n, 4, 'I'),
                         lend(state, (void **)&s->times, n, 8, 'q'),
                         lend(state, (void **)&s->at_risk, n, 8, 'Q'),
                         lend(state, (void **)&s->ended, n, 8, 'Q'),
                         lend(state, (void **)&s->survival, n, 8, 'd'),
                         lend(state, (void **)&s->sums, n, 8, 'd'));
}

static Py_ssize_t
parse_levels(PyObject *list, double *levels)
{
    Py_ssize_t count = PyList_Size(list);
    if (count > LEVELS_MAX) {
        PyErr_Format(PyExc_ValueError, "%zd levels; at most %d are possible",
                     count, LEVELS_MAX);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(list, i);
        levels[i] = item != NULL ? PyFloat_AsDouble(item) : -1;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
    }
    return count;
}

const char py_log_survival_doc[] =
    "run_survival($self, /, question, columns, levels=None, horizon=0, workers=0)\n"
    "--\n\n"
    "Return the product-limit estimate of each cell.\n\n"
    "``columns`` are the numbers of the times and of their kinds (0 ended, 1 "
    "censored).\nWith ``levels``, which fall: for each cell and level the least "
    "time at which the\nestimate is at or below it (-1: never), and the area up "
    "to ``horizon``.  Without:\nall steps of the curves, as six buffers: cell, "
    "time, at risk, ended, estimate, and\nGreenwood's sum.";

PyObject *
py_log_survival(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"question", "columns", "levels",
                            "horizon",  "workers", NULL};
    py_log *self = (py_log *)op;
    py_state *state = py_state_of_type(Py_TYPE(op));
    PyObject *given, *list = Py_None;
    long numbers[2];
    long long horizon = 0;
    Py_ssize_t workers = 0, count = 0;
    double levels[LEVELS_MAX];
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "O!(ll)|OLn:survival",
                                     names, &PyTuple_Type, &given,
                                     &numbers[0], &numbers[1], &list, &horizon,
                                     &workers)) {
        return NULL;
    }
    const bcn_log_column *times = py_log_column_at(self, numbers[0]);
    const bcn_log_column *kinds =
        times != NULL ? py_log_column_at(self, numbers[1]) : NULL;
    if (kinds == NULL) {
        return NULL;
    }
    if (times->view.width != 8 || times->view.least < 0 ||
        kinds->view.kind != BCN_LABEL || kinds->view.width != 1 ||
        horizon < 0) {
        PyErr_SetString(PyExc_ValueError, "times from 0 on, and their kinds");
        return NULL;
    }
    if (list != Py_None) {
        if (!PyList_Check(list)) {
            PyErr_SetString(PyExc_TypeError, "levels are a list");
            return NULL;
        }
        count = parse_levels(list, levels);
    }
    py_question *q = count < 0 ? NULL : py_question_of(self, given);
    if (q == NULL) {
        return NULL;
    }
    size_t most = workers < 0 ? 0 : (size_t)workers, groups = 0;
    bcn_plan_cells *cells = NULL;
    bcn_survival survival = {0};
    steps all = {0};
    int64_t *quantiles = NULL;
    double *means = NULL;
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_plan_cells_new(&q->plan, &cells, &error);
    if (status == BCN_OK) {
        status = bcn_survival_new(cells, bcn_log_rows(self->core),
                                  times->view.data, kinds->view.data, most,
                                  &watch.core, &survival);
        groups = survival.groups;
    }
    if (status == BCN_OK && list == Py_None) {
        status = steps_fill(&all, &survival, &watch.core);
    } else if (status == BCN_OK) {
        bcn_survival_ask ask = {levels, (size_t)count, horizon};
        quantiles = bcn_alloc(groups * (size_t)count, sizeof *quantiles);
        means = bcn_alloc(groups, sizeof *means);
        status = quantiles == NULL || means == NULL
                     ? BCN_NOMEM
                     : bcn_survival_figures(&survival, &ask, most, &watch.core,
                                            quantiles, means);
    }
    bcn_survival_free(&survival);
    bcn_plan_cells_free(cells);
    PY_CORE_END(&watch)
    py_question_free(q);
    PyObject *result = NULL;
    if (status != BCN_OK) {
        result = py_raise(status, &error);
    } else if (list == Py_None) {
        result = steps_told(state, &all);
    } else {
        result = Py_BuildValue(
            "NN",
            lend(state, (void **)&quantiles, groups * (size_t)count, 8, 'q'),
            lend(state, (void **)&means, groups, 8, 'd'));
    }
    steps_free(&all);
    bcn_free(quantiles);
    bcn_free(means);
    return result;
}
