#include "kernel/clock.h"
#include "kernel/runs.h"
#include "python/py_cube.h"

/* busiest_runs: the fullest units of time, of times in order. */

enum { RUNS_STEP = 1 << 22 }; /* rows between two looks at the watch */

static bcn_status
find_runs(bcn_runs *runs, const bcn_piece *pieces, size_t number,
          const int64_t *times, size_t count, bcn_watch *watch)
{
    for (size_t i = 0; i + 1 < number; i++) {
        size_t from = bcn_runs_from(times, count, pieces[i].start);
        size_t rows = bcn_runs_from(times + from, count - from,
                                    pieces[i + 1].start);
        bcn_units units = {pieces[i].start - pieces[i].phase, pieces[i].width,
                           pieces[i].first};
        for (size_t at = 0; at < rows;) {
            at = bcn_runs_find(runs, &units, times + from, rows, at,
                               at + RUNS_STEP);
            if (bcn_watch_check(watch, true)) {
                return BCN_CANCELLED;
            }
        }
    }
    return BCN_OK;
}

static PyObject *
runs_told(const bcn_runs *runs)
{
    PyObject *codes = PyList_New(0), *counts = PyList_New(0);
    for (size_t i = 0; codes != NULL && counts != NULL && i < runs->used; i++) {
        PyObject *code = PyLong_FromLongLong(runs->codes[i]);
        PyObject *count = PyLong_FromUnsignedLongLong(runs->lengths[i]);
        if (code == NULL || count == NULL || PyList_Append(codes, code) < 0 ||
            PyList_Append(counts, count) < 0) {
            Py_CLEAR(codes);
        }
        Py_XDECREF(code);
        Py_XDECREF(count);
    }
    if (codes == NULL || counts == NULL) {
        Py_XDECREF(codes);
        Py_XDECREF(counts);
        return NULL;
    }
    return Py_BuildValue("NNK", codes, counts,
                         (unsigned long long)runs->equal);
}

const char py_busiest_runs_doc[] =
    "busiest_runs($module, times, pieces, n, /)\n--\n\n"
    "Return the codes and counts of the n fullest units, and how many more "
    "equal the last.\n\n"
    "``times`` are in order; ``pieces`` those of a calendar axis whose units "
    "have a width\nand whose pieces share no unit.  Ctrl-C is heard.";

PyObject *
py_busiest_runs(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given, *axis;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "OOn", &given, &axis, &n)) {
        return NULL;
    }
    py_numbers times = {0}, pieces = {0};
    if (py_numbers_open(given, &times) < 0) {
        return NULL;
    }
    if (py_numbers_open(axis, &pieces) < 0) {
        py_numbers_close(&times);
        return NULL;
    }
    size_t number = pieces.count / 5;
    const bcn_piece *piece = pieces.view.buf;
    bool right = times.width == 8 && pieces.width == 8 &&
                 pieces.count % 5 == 0 && n > 0 &&
                 (size_t)n < SIZE_MAX / sizeof(uint64_t);
    for (size_t i = 0; right && i + 1 < number; i++) {
        right = piece[i].width > 0 && piece[i].modulus == 0 &&
                piece[i].phase >= 0 && piece[i].first >= 0 &&
                piece[i].start < piece[i + 1].start;
    }
    right = right && bcn_clock_check(piece, number, INT64_MAX);
    PyObject *told = NULL;
    bcn_runs runs = {.room = (size_t)n};
    if (!right) {
        PyErr_SetString(PyExc_ValueError,
                        "int64 times, pieces of units, and n of 1 or more");
        goto done;
    }
    runs.lengths = PyMem_Calloc((size_t)n, sizeof *runs.lengths);
    runs.codes = PyMem_Calloc((size_t)n, sizeof *runs.codes);
    if (runs.lengths == NULL || runs.codes == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
        status = find_runs(&runs, piece, number, times.view.buf, times.count,
                           &watch.core);
    PY_CORE_END(&watch)
    told = status == BCN_OK ? runs_told(&runs) : py_raise(status, NULL);
done:
    PyMem_Free(runs.lengths);
    PyMem_Free(runs.codes);
    py_numbers_close(&times);
    py_numbers_close(&pieces);
    return told;
}
