#include "python/binding.h"

#include "simulate/searches.h"
#include "simulate/simulate.h"

/* simulate_messages, simulate_searches: a world described in Python, a year
 * made in the core. */

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

static void
columns_release(column *columns, int count)
{
    while (count > 0) {
        PyBuffer_Release(&columns[--count].view);
    }
}

/* Lend all or none; what was lent is the caller's to release. */
static int
columns_lend(PyObject *const *given, column *columns, int count)
{
    for (int lent = 0; lent < count; lent++) {
        if (column_lend(given[lent], &columns[lent]) < 0) {
            columns_release(columns, lent);
            return -1;
        }
    }
    return 0;
}

/* What a world is made of, by number.  The core checks it again; here sizes
 * only must not wrap, nor another that `fits` and `last` speak of. */
static int
world_sizes(bcn_world *world, long long start, Py_ssize_t bureaus,
            Py_ssize_t days, Py_ssize_t weeks, bool fits, const char *last)
{
    if (bureaus < 0 || bureaus > BCN_WORLD_BUREAUS || days < 0 ||
        days > BCN_WORLD_DAYS || weeks < 0 || weeks > 256 || !fits) {
        PyErr_Format(PyExc_ValueError,
                     "bureaus, days, weeks or %s out of range", last);
        return -1;
    }
    world->start = start;
    world->bureaus = (size_t)bureaus;
    world->days = (size_t)days;
    world->weeks = (size_t)weeks;
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
    if (world_sizes(&world, start, bureaus, days, weeks, threads >= 0,
                    "threads") < 0) {
        return NULL;
    }
    column columns[COLUMNS] = {
        [WEIGHT] = {"weight", 'H', 2, world.bureaus, {0}},
        [PAIRS] = {"pairs", 'H', 2, world.bureaus * world.bureaus, {0}},
        [OFFSET] = {"offset", 'b', 1, world.bureaus, {0}},
        [WEEK] = {"week", 'B', 1, world.bureaus, {0}},
        [PACE] = {"pace", 'B', 1, world.bureaus, {0}},
        [SINCE] = {"since", 'H', 2, world.bureaus, {0}},
        [HOURS] = {"hours", 'B', 1, world.weeks * BCN_WEEK_SLOTS, {0}},
        [DAY] = {"day", 'H', 2, world.days, {0}}};
    if (columns_lend(given, columns, COLUMNS) < 0) {
        return NULL;
    }
    PyObject *made = make_year(py_state_of(module), &world, columns, rows,
                               seed, (size_t)threads);
    columns_release(columns, COLUMNS);
    return made;
}

enum {
    Q_SEARCHES,
    Q_RHYTHM,
    Q_WEIGHT,
    Q_RATE,
    Q_DAY,
    Q_OFFSET,
    Q_WEEK,
    Q_SINCE,
    Q_HOURS,
    Q_COLUMNS
};

static PyObject *
search_columns(py_state *state, const bcn_searches *year)
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
    COLUMN(searched_at, 'q')
    COLUMN(bureau, 'B')
    COLUMN(database, 'B')
    COLUMN(searches, 'I')
    COLUMN(hits, 'I')
#undef COLUMN
    return columns;
}

static PyObject *
make_searches(py_state *state, bcn_search_world *asked, column *columns,
              int single, unsigned long long seed)
{
    asked->searches = columns[Q_SEARCHES].view.buf;
    asked->rhythm = columns[Q_RHYTHM].view.buf;
    asked->weight = columns[Q_WEIGHT].view.buf;
    asked->rate = columns[Q_RATE].view.buf;
    asked->day = columns[Q_DAY].view.buf;
    asked->world.offset = columns[Q_OFFSET].view.buf;
    asked->world.week = columns[Q_WEEK].view.buf;
    asked->world.since = columns[Q_SINCE].view.buf;
    asked->world.hours = columns[Q_HOURS].view.buf;
    bcn_searches year;
    bcn_error error = {""};
    py_watch watch;
    py_watch_start(&watch);
    bcn_status status;
    PY_CORE_BEGIN(&watch)
        status = bcn_searches_new(&year, asked, single != 0, seed, &watch.core,
                                  &error);
    PY_CORE_END(&watch)
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *made = search_columns(state, &year);
    bcn_searches_free(&year); /* the memories have their own shares */
    return made;
}

PyDoc_STRVAR(
    searches_doc,
    "simulate_searches(*, single, seed, start, weekday, bureaus, days, weeks,"
    " databases, searches, rhythm, weight, rate, day, offset, week, since,"
    " hours)\n--\n\n"
    "Make a synthetic year of searches; return its columns, as Memory.\n\n"
    "The arguments are those of ``bcn_search_world`` "
    "(csrc/simulate/searches.h): searches 'Q', rhythm 'B', weight 'H', rate "
    "'I', day 'H', offset 'b', week 'B', since 'H', hours 'B'.\n"
    "Raises ValueError for a world that cannot search so much, "
    "MemoryError.\nTakes some 15 ns for each hour, bureau and database in "
    "use, and 50 ns a single row.\n");

static PyObject *
simulate_searches(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {
        "single", "seed",   "start", "weekday", "bureaus",   "days",
        "weeks",  "databases",      "searches", "rhythm",    "weight",
        "rate",   "day",    "offset", "week",   "since",     "hours",
        NULL};
    unsigned long long seed;
    int single;
    Py_ssize_t bureaus, days, weeks, databases;
    long long start;
    bcn_search_world asked = {0};
    bcn_world *world = &asked.world;
    PyObject *given[Q_COLUMNS];
    if (!PyArg_ParseTupleAndKeywords(
            args, keywords, "$pKLinnnnOOOOOOOOO:simulate_searches", names,
            &single, &seed, &start, &world->weekday, &bureaus, &days, &weeks,
            &databases, &given[Q_SEARCHES], &given[Q_RHYTHM],
            &given[Q_WEIGHT], &given[Q_RATE], &given[Q_DAY],
            &given[Q_OFFSET], &given[Q_WEEK], &given[Q_SINCE],
            &given[Q_HOURS])) {
        return NULL;
    }
    bool fits = databases >= 0 && databases <= BCN_DATABASES;
    if (world_sizes(world, start, bureaus, days, weeks, fits, "databases") <
        0) {
        return NULL;
    }
    asked.databases = (size_t)databases;
    size_t cells = asked.databases * world->bureaus;
    column columns[Q_COLUMNS] = {
        [Q_SEARCHES] = {"searches", 'Q', 8, asked.databases, {0}},
        [Q_RHYTHM] = {"rhythm", 'B', 1, asked.databases, {0}},
        [Q_WEIGHT] = {"weight", 'H', 2, cells, {0}},
        [Q_RATE] = {"rate", 'I', 4, cells, {0}},
        [Q_DAY] = {"day", 'H', 2, asked.databases * world->days, {0}},
        [Q_OFFSET] = {"offset", 'b', 1, world->bureaus, {0}},
        [Q_WEEK] = {"week", 'B', 1, world->bureaus, {0}},
        [Q_SINCE] = {"since", 'H', 2, world->bureaus, {0}},
        [Q_HOURS] = {"hours", 'B', 1, world->weeks * BCN_WEEK_SLOTS, {0}}};
    if (columns_lend(given, columns, Q_COLUMNS) < 0) {
        return NULL;
    }
    PyObject *made = make_searches(py_state_of(module), &asked, columns,
                                   single, seed);
    columns_release(columns, Q_COLUMNS);
    return made;
}

static PyMethodDef simulate_methods[] = {
    {"simulate_messages", (PyCFunction)(void (*)(void))simulate_messages,
     METH_VARARGS | METH_KEYWORDS, simulate_doc},
    {"simulate_searches", (PyCFunction)(void (*)(void))simulate_searches,
     METH_VARARGS | METH_KEYWORDS, searches_doc},
    {NULL, NULL, 0, NULL},
};

int
py_simulate_ready(PyObject *module)
{
    return PyModule_AddFunctions(module, simulate_methods);
}
