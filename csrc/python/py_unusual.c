#include "kernel/special.h"
#include "model/running.h"
#include "model/unusual.h"
#include "python/py_cube.h"

/* Chances of counts, series that are out of line, false discoveries. */

/* A C-contiguous buffer of doubles. */
static int
doubles_open(PyObject *object, Py_buffer *view, size_t *count)
{
    if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) <
        0) {
        return -1;
    }
    if (view->format == NULL || view->format[0] != 'd' ||
        view->format[1] != '\0') {
        PyBuffer_Release(view);
        PyErr_SetString(PyExc_TypeError, "a buffer of doubles is needed");
        return -1;
    }
    *count = (size_t)view->len / sizeof(double);
    return 0;
}

static PyObject *
doubles_of(PyObject *module, bcn_block *block, size_t count)
{
    return py_memory_new(py_state_of(module), block, 0, count, 'd');
}

static bcn_tails
tails_of(int model, double count, const double *a)
{
    switch (model) {
    case 0:
        return bcn_poisson_tails(count, a[0]);
    case 1:
        return bcn_negative_tails(count, a[0], a[1]);
    case 2:
        return bcn_binomial_tails(count, a[0], a[1]);
    default:
        return bcn_split_tails(count, a[0], a[1], a[2]);
    }
}

const char py_count_tails_doc[] =
    "count_tails($module, model, counts, *arguments)\n--\n\n"
    "Return P(X <= count) and P(X >= count) of each count, two arrays.\n\n"
    "``model`` and what it takes, an array each: 0 Poisson (mean), 1 negative\n"
    "binomial (mean, size), 2 binomial (trials, share), 3 beta-binomial\n"
    "(trials, a, b).  Counts are whole, from 0 to the trials.";

PyObject *
py_count_tails(PyObject *module, PyObject *args)
{
    static const Py_ssize_t wanted[] = {1, 2, 2, 3};
    Py_ssize_t given = PyTuple_Size(args) - 2;
    long model =
        given < 0 ? -1 : PyLong_AsLong(PyTuple_GetItem(args, 0));
    if (model == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (model < 0 || model > 3 || given != wanted[model]) {
        PyErr_SetString(PyExc_ValueError, "no such model");
        return NULL;
    }
    Py_buffer views[4];
    size_t count = 0;
    Py_ssize_t open = 0;
    PyObject *result = NULL;
    bcn_block *lower = NULL, *upper = NULL;
    for (; open <= given; open++) {
        size_t length;
        if (doubles_open(PyTuple_GetItem(args, open + 1), &views[open],
                         &length) < 0) {
            goto done;
        }
        if (open > 0 && length != count) {
            PyBuffer_Release(&views[open]);
            PyErr_SetString(PyExc_ValueError, "arrays of one length");
            goto done;
        }
        count = length;
    }
    lower = bcn_block_new(count, sizeof(double), false);
    upper = bcn_block_new(count, sizeof(double), false);
    if (lower == NULL || upper == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    double *low = bcn_block_data(lower), *high = bcn_block_data(upper);
    py_watch watch;
    py_watch_start(&watch);
    bool stopped = false;
    PY_CORE_BEGIN(&watch)
    for (size_t i = 0; i < count && !stopped; i++) {
        double a[3] = {0};
        for (Py_ssize_t k = 0; k < given; k++) {
            a[k] = ((const double *)views[k + 1].buf)[i];
        }
        bcn_tails tails =
            tails_of((int)model, ((const double *)views[0].buf)[i], a);
        low[i] = tails.lower;
        high[i] = tails.upper;
        stopped = i % 256 == 0 && bcn_watch_check(&watch.core, true);
    }
    PY_CORE_END(&watch)
    if (stopped) {
        py_raise(BCN_CANCELLED, NULL);
        goto done;
    }
    PyObject *one = doubles_of(module, lower, count);
    PyObject *other = doubles_of(module, upper, count);
    result = one != NULL && other != NULL ? PyTuple_Pack(2, one, other) : NULL;
    Py_XDECREF(one);
    Py_XDECREF(other);
done:
    for (Py_ssize_t i = 0; i < open; i++) {
        PyBuffer_Release(&views[i]);
    }
    bcn_block_drop(lower);
    bcn_block_drop(upper);
    return result;
}

/* --- series ---------------------------------------------------------------------------- */

typedef struct series {
    py_numbers counts, classes, ranges;
    Py_buffer weights;
    bcn_series core;
} series;

static void
series_close(series *s)
{
    py_numbers_close(&s->counts);
    py_numbers_close(&s->classes);
    py_numbers_close(&s->ranges);
    if (s->weights.obj != NULL) {
        PyBuffer_Release(&s->weights);
    }
}

static int
series_open(PyObject *counts, PyObject *weights, PyObject *classes,
            PyObject *ranges, series *s)
{
    size_t periods = 0;
    *s = (series){0};
    if (py_numbers_open(counts, &s->counts) < 0 ||
        doubles_open(weights, &s->weights, &periods) < 0 ||
        (classes != Py_None && py_numbers_open(classes, &s->classes) < 0) ||
        (ranges != Py_None && py_numbers_open(ranges, &s->ranges) < 0)) {
        series_close(s);
        return -1;
    }
    size_t number = s->counts.count;
    bool right = s->counts.width == 8 && periods > 0 && number % periods == 0;
    right = right && (classes == Py_None ||
                      (s->classes.width == 1 && s->classes.count == periods));
    right = right &&
            (ranges == Py_None || (s->ranges.width == 4 &&
                                   s->ranges.count == number / periods * 2));
    if (!right) {
        PyErr_SetString(PyExc_ValueError,
                        "int64 counts, a weight and perhaps a class for each "
                        "period, and two ends for each series");
        series_close(s);
        return -1;
    }
    s->core = (bcn_series){.series = number / periods,
                           .periods = periods,
                           .counts = s->counts.view.buf,
                           .weights = s->weights.buf,
                           .classes = s->classes.view.buf,
                           .ranges = s->ranges.view.buf};
    bcn_status status = bcn_series_check(&s->core);
    if (status != BCN_OK) {
        py_raise(status, NULL);
        series_close(s);
        return -1;
    }
    return 0;
}

const char py_series_dispersion_doc[] =
    "series_dispersion($module, counts, weights, classes=None, ranges=None, /)\n"
    "--\n\n"
    "Return Pearson's statistic of series x periods against Poisson, its "
    "degrees of\nfreedom, its chance, and the size of the negative binomial "
    "that scatters so.";

PyObject *
py_series_dispersion(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *counts, *weights, *classes = Py_None, *ranges = Py_None;
    series s;
    if (!PyArg_ParseTuple(args, "OO|OO", &counts, &weights, &classes,
                          &ranges) ||
        series_open(counts, weights, classes, ranges, &s) < 0) {
        return NULL;
    }
    bcn_dispersion d = bcn_series_dispersion(&s.core);
    series_close(&s);
    return Py_BuildValue("(dddd)", d.statistic, d.freedom, d.chance, d.size);
}

const char py_series_test_doc[] =
    "series_test($module, counts, weights, size, classes=None, ranges=None, /)\n"
    "--\n\n"
    "Return the mean and the two-sided chance of each cell of series x periods,\n"
    "2 where there is no mean; ``size`` infinite: Poisson.";

PyObject *
py_series_test(PyObject *module, PyObject *args)
{
    PyObject *counts, *weights, *classes = Py_None, *ranges = Py_None;
    double size;
    series s;
    if (!PyArg_ParseTuple(args, "OOd|OO", &counts, &weights, &size, &classes,
                          &ranges) ||
        series_open(counts, weights, classes, ranges, &s) < 0) {
        return NULL;
    }
    size_t cells = s.counts.count;
    bcn_block *means = bcn_block_new(cells, sizeof(double), false);
    bcn_block *chances = bcn_block_new(cells, sizeof(double), false);
    bcn_status status =
        means == NULL || chances == NULL ? BCN_NOMEM : BCN_OK;
    py_watch watch;
    py_watch_start(&watch);
    if (status == BCN_OK) {
        PY_CORE_BEGIN(&watch)
        status = bcn_series_test(&s.core, size, 0, &watch.core,
                                 bcn_block_data(means),
                                 bcn_block_data(chances));
        PY_CORE_END(&watch)
    }
    PyObject *result = NULL;
    if (status == BCN_OK) {
        PyObject *one = doubles_of(module, means, cells);
        PyObject *other = doubles_of(module, chances, cells);
        result =
            one != NULL && other != NULL ? PyTuple_Pack(2, one, other) : NULL;
        Py_XDECREF(one);
        Py_XDECREF(other);
    } else {
        py_raise(status, NULL);
    }
    bcn_block_drop(means);
    bcn_block_drop(chances);
    series_close(&s);
    return result;
}

/* --- discoveries ------------------------------------------------------------------------ */

static PyObject *
discoveries_told(const bcn_discoveries *found)
{
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; rows != NULL && i < found->count; i++) {
        PyObject *row = Py_BuildValue("(nd)", (Py_ssize_t)found->places[i],
                                      found->adjusted[i]);
        if (row == NULL || PyList_Append(rows, row) < 0) {
            Py_CLEAR(rows);
        }
        Py_XDECREF(row);
    }
    return rows == NULL
               ? NULL
               : Py_BuildValue("(nN)", (Py_ssize_t)found->tests, rows);
}

const char py_discoveries_doc[] =
    "discoveries($module, chances, rate, /)\n--\n\n"
    "Return how many chances are tests (those from 0 to 1), and what the rule "
    "of\nBenjamini and Hochberg keeps: [(place, adjusted chance), ...] by "
    "rising chance.";

PyObject *
py_discoveries(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given;
    double rate;
    Py_buffer view;
    size_t count;
    if (!PyArg_ParseTuple(args, "Od", &given, &rate) ||
        doubles_open(given, &view, &count) < 0) {
        return NULL;
    }
    bcn_discoveries found;
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
    status = bcn_discoveries_find(view.buf, count, rate, &watch.core, &found);
    PY_CORE_END(&watch)
    PyBuffer_Release(&view);
    PyObject *told = status == BCN_OK ? discoveries_told(&found)
                                      : py_raise(status, NULL);
    bcn_discoveries_free(&found);
    return told;
}

/* --- running sums ------------------------------------------------------------------------ */

const char py_running_sums_doc[] =
    "running_sums($module, figures, outer, length, inner, window, /)\n--\n\n"
    "Return sums along the middle of [outer][length][inner] int64 figures: of "
    "each\n`window` of them, or with 0 of all up to each.";

PyObject *
py_running_sums(PyObject *module, PyObject *args)
{
    PyObject *given;
    Py_ssize_t outer, length, inner, window;
    py_numbers figures = {0};
    if (!PyArg_ParseTuple(args, "Onnnn", &given, &outer, &length, &inner,
                          &window) ||
        py_numbers_open(given, &figures) < 0) {
        return NULL;
    }
    bcn_running r = {(size_t)outer, (size_t)length, (size_t)inner,
                     (size_t)window};
    size_t cells = 0;
    bool right = outer >= 0 && length >= 0 && inner >= 0 && window >= 0 &&
                 window <= length && bcn_size_mul(r.outer, r.length, &cells) &&
                 bcn_size_mul(cells, r.inner, &cells) &&
                 cells == figures.count && figures.width == 8 &&
                 figures.is_signed;
    if (!right) {
        py_numbers_close(&figures);
        PyErr_SetString(PyExc_ValueError, "int64 figures of this shape");
        return NULL;
    }
    size_t sums = r.outer * bcn_running_length(&r) * r.inner;
    bcn_block *block = bcn_block_new(sums, sizeof(int64_t), false);
    bcn_status status = BCN_NOMEM;
    if (block != NULL) {
        PyThreadState *thread = PyEval_SaveThread();
        status = bcn_running_sums(&r, figures.view.buf, bcn_block_data(block));
        PyEval_RestoreThread(thread);
    }
    py_numbers_close(&figures);
    PyObject *result =
        status == BCN_OK
            ? py_memory_new(py_state_of(module), block, 0, sums, 'q')
            : py_raise(status, NULL);
    bcn_block_drop(block);
    return result;
}
