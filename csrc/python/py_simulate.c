#include "python/binding.h"

#include "simulate/simulate.h"

/* simulate_messages: a world described in Python, a year made in the core. */

typedef struct column {
    const char *name;
    char format; /* as the struct module has it */
    size_t itemsize, count;
    Py_buffer view;
} column;

/* Lend a one-dimensional array of the given type and length. */
static int
column_lend(PyObject *given, column *into)
{
    if (PyObject_GetBuffer(given, &into->view,
                           PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) < 0) {
        return -1;
    }
    const char *format = into->view.format;
    if (format == NULL || format[0] != into->format || format[1] != '\0' ||
        (size_t)into->view.len != into->count * into->itemsize) {
        PyErr_Format(PyExc_ValueError,
                     "%s: an array of %zu values of type '%c' is needed",
                     into->name, into->count, into->format);
        PyBuffer_Release(&into->view);
        return -1;
    }
    return 0;
}

static int
set_memory(py_state *state, PyObject *columns, const char *name,
           bcn_block *block, size_t rows, char format)
{
    PyObject *memory = py_memory_new(state, block, 0, rows, format);
    if (memory == NULL) {
        return -1;
    }
    int failed = PyDict_SetItemString(columns, name, memory);
    Py_DECREF(memory);
    return failed;
}

/* Which rows answer no message: one byte per row, 1 where `reply_to` says so. */
static int
set_unanswering(py_state *state, PyObject *columns, const bcn_year *year)
{
    bcn_block *block = bcn_block_new(year->rows, 1, false);
    if (block == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    uint8_t *none = bcn_block_data(block);
    const int64_t *reply_to = bcn_block_data(year->reply_to);
    for (size_t i = 0; i < year->rows; i++) {
        none[i] = reply_to[i] == INT64_MIN;
    }
    int failed =
        set_memory(state, columns, "no_reply", block, year->rows, 'B');
    bcn_block_drop(block);
    return failed;
}

static PyObject *
columns_of(py_state *state, const bcn_year *year)
{
    PyObject *columns = PyDict_New();
    if (columns == NULL) {
        return NULL;
    }
#define COLUMN(name, format)                                                  \
    if (set_memory(state, columns, #name, year->name, year->rows, format) <   \
        0) {                                                                  \
        Py_DECREF(columns);                                                   \
        return NULL;                                                          \
    }
    COLUMN(sent_at, 'q')
    COLUMN(sender, 'B')
    COLUMN(receiver, 'B')
    COLUMN(kind, 'B')
    COLUMN(priority, 'B')
    COLUMN(size, 'I')
    COLUMN(message_id, 'q')
    COLUMN(reply_to, 'q')
#undef COLUMN
    if (set_unanswering(state, columns, year) < 0) {
        Py_DECREF(columns);
        return NULL;
    }
    return columns;
}

enum { WEIGHT, PAIRS, OFFSET, WEEK, PACE, SINCE, HOURS, DAY, COLUMNS };

static PyObject *
make_year(py_state *state, bcn_world *world, column *columns,
          unsigned long long rows, unsigned long long seed, size_t threads)
{
    world->weight = columns[WEIGHT].view.buf;
    world->pairs = columns[PAIRS].view.buf;
    world->offset = columns[OFFSET].view.buf;
    world->week = columns[WEEK].view.buf;
    world->pace = columns[PACE].view.buf;
    world->since = columns[SINCE].view.buf;
    world->hours = columns[HOURS].view.buf;
    world->day = columns[DAY].view.buf;
    bcn_year year;
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
        status = bcn_year_new(&year, world, rows, seed, threads, &watch.core,
                              &error);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *made = columns_of(state, &year);
    bcn_year_free(&year); /* the memories have their own shares */
    return made;
}

PyDoc_STRVAR(
    simulate_doc,
    "simulate_messages(*, rows, seed, threads, start, weekday, bureaus, days,"
    " weeks, secretariat, weight, pairs, offset, week, pace, since, hours,"
    " day)\n--\n\n"
    "Make a synthetic year; return its columns by name, as Memory.\n\n"
    "The arguments are those of ``bcn_world`` (csrc/simulate/simulate.h): "
    "weight 'H', pairs 'H', offset 'b', week 'B', pace 'B', since 'H', hours "
    "'B', day 'H'.\nRaises ValueError for a world that cannot write, "
    "MemoryError.\nTakes some 50 ns a row on one thread.\n");

static PyObject *
simulate_messages(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {
        "rows", "seed",  "threads",     "start",  "weekday", "bureaus",
        "days", "weeks", "secretariat", "weight", "pairs",   "offset",
        "week", "pace",  "since",       "hours",  "day",     NULL};
    unsigned long long rows, seed;
    Py_ssize_t threads, bureaus, days, weeks;
    long long start;
    bcn_world world = {0};
    PyObject *given[COLUMNS];
    if (!PyArg_ParseTupleAndKeywords(
            args, keywords, "$KKnLinnniOOOOOOOO:simulate_messages", names,
            &rows, &seed, &threads, &start, &world.weekday, &bureaus, &days,
            &weeks, &world.secretariat, &given[WEIGHT], &given[PAIRS],
            &given[OFFSET], &given[WEEK], &given[PACE], &given[SINCE],
            &given[HOURS], &given[DAY])) {
        return NULL;
    }
    /* The core checks these again; here they only must not wrap. */
    if (bureaus < 0 || bureaus > BCN_WORLD_BUREAUS || days < 0 ||
        days > BCN_WORLD_DAYS || weeks < 0 || weeks > 256 || threads < 0) {
        PyErr_SetString(PyExc_ValueError,
                        "bureaus, days, weeks or threads out of range");
        return NULL;
    }
    world.bureaus = (size_t)bureaus;
    world.days = (size_t)days;
    world.weeks = (size_t)weeks;
    world.start = start;
    column columns[COLUMNS] = {
        [WEIGHT] = {"weight", 'H', 2, world.bureaus, {0}},
        [PAIRS] = {"pairs", 'H', 2, world.bureaus * world.bureaus, {0}},
        [OFFSET] = {"offset", 'b', 1, world.bureaus, {0}},
        [WEEK] = {"week", 'B', 1, world.bureaus, {0}},
        [PACE] = {"pace", 'B', 1, world.bureaus, {0}},
        [SINCE] = {"since", 'H', 2, world.bureaus, {0}},
        [HOURS] = {"hours", 'B', 1, world.weeks * BCN_WEEK_SLOTS, {0}},
        [DAY] = {"day", 'H', 2, world.days, {0}}};
    PyObject *made = NULL;
    int lent = 0;
    while (lent < COLUMNS && column_lend(given[lent], &columns[lent]) == 0) {
        lent++;
    }
    if (lent == COLUMNS) {
        made = make_year(py_state_of(module), &world, columns, rows, seed,
                         (size_t)threads);
    }
    while (lent > 0) {
        PyBuffer_Release(&columns[--lent].view);
    }
    return made;
}

static PyMethodDef simulate_methods[] = {
    {"simulate_messages", (PyCFunction)(void (*)(void))simulate_messages,
     METH_VARARGS | METH_KEYWORDS, simulate_doc},
    {NULL, NULL, 0, NULL},
};

int
py_simulate_ready(PyObject *module)
{
    return PyModule_AddFunctions(module, simulate_methods);
}
