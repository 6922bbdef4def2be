#include "python/py_cube.h"

#include <string.h>

#include "model/cube_maker.h"
#include "model/plan.h"

int
py_numbers_open(PyObject *object, py_numbers *numbers)
{
    if (PyObject_GetBuffer(object, &numbers->view,
                           PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) < 0) {
        return -1;
    }
    const char *format = numbers->view.format;
    format = format == NULL ? "B" : format;
    if (*format == '@' || *format == '=') {
        format++;
    }
    const char *known = "BHILQbhilq", *at = strchr(known, *format);
    if (*format == '\0' || format[1] != '\0' || at == NULL) {
        PyErr_Format(PyExc_TypeError,
                     "a buffer of whole numbers is needed, not of format %s",
                     format);
        py_numbers_close(numbers);
        return -1;
    }
    numbers->width = (int)numbers->view.itemsize;
    numbers->count = (size_t)(numbers->view.len / numbers->view.itemsize);
    numbers->is_signed = at - known >= 5;
    return 0;
}

void
py_numbers_close(py_numbers *numbers)
{
    if (numbers->view.obj != NULL) {
        PyBuffer_Release(&numbers->view);
    }
}

static int
read_shape(PyObject *object, bcn_shape *shape)
{
    Py_ssize_t ndim = PySequence_Size(object);
    if (ndim < 0) {
        return -1;
    }
    if (ndim > BCN_DIMS_MAX) {
        PyErr_Format(PyExc_ValueError, "a cube has up to %d dimensions",
                     BCN_DIMS_MAX);
        return -1;
    }
    shape->ndim = (size_t)ndim;
    for (Py_ssize_t d = 0; d < ndim; d++) {
        PyObject *item = PySequence_GetItem(object, d);
        if (item == NULL) {
            return -1;
        }
        shape->dims[d] = PyLong_AsUnsignedLongLong(item);
        Py_DECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

static PyObject *
finish(PyObject *type, bcn_status status, bcn_cube *cube,
       const bcn_error *error)
{
    if (status != BCN_OK) {
        return py_raise(status, error);
    }
    py_state *state = py_state_of_type((PyTypeObject *)type);
    if (state == NULL) {
        bcn_cube_drop(cube);
        return NULL;
    }
    return py_cube_new(state, cube);
}

/* A bound of the sum of all |values|. */
static uint64_t
mass_of(const int64_t *values, size_t count)
{
    uint64_t mass = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t size = values[i] < 0 ? 0 - (uint64_t)values[i]
                                      : (uint64_t)values[i];
        mass = mass > UINT64_MAX - size ? UINT64_MAX : mass + size;
    }
    return mass;
}

const char py_cube_from_cells_doc[] =
    "from_cells($type, shape, cells, /)\n--\n\n"
    "Return a cube of the given cells, int64 in row-major order.";

PyObject *
py_cube_from_cells(PyObject *type, PyObject *args)
{
    PyObject *dims, *object, *result = NULL;
    bcn_shape shape = {0};
    py_numbers cells = {0};
    bcn_error error = {{0}};
    uint64_t size;
    if (!PyArg_ParseTuple(args, "OO", &dims, &object) ||
        read_shape(dims, &shape) < 0 || py_numbers_open(object, &cells) < 0) {
        return NULL;
    }
    bcn_status status = bcn_shape_size(&shape, &size, &error);
    if (status != BCN_OK) {
        py_raise(status, &error);
    } else if (cells.width != 8 || !cells.is_signed || cells.count != size) {
        PyErr_SetString(PyExc_ValueError,
                        "cells are int64, as many as the shape has");
    } else {
        bcn_cube *cube = NULL;
        bcn_block *low = bcn_block_new(cells.count, 8, false);
        status = BCN_NOMEM;
        if (low != NULL) {
            memcpy(bcn_block_data(low), cells.view.buf, cells.count * 8);
            status = bcn_cube_from_dense(
                &shape, low, NULL, UINT64_MAX,
                mass_of(bcn_block_data(low), cells.count), &cube);
        }
        result = finish(type, status, cube, &error);
    }
    py_numbers_close(&cells);
    return result;
}

const char py_cube_from_sparse_doc[] =
    "from_sparse($type, shape, index, values, limit=0, /)\n--\n\n"
    "Return a cube with values[i] added to the cell numbered index[i].\n\n"
    "uint64 cell numbers in any order, repeats add up; int64 values.";

PyObject *
py_cube_from_sparse(PyObject *type, PyObject *args)
{
    PyObject *dims, *object, *second, *result = NULL;
    unsigned long long limit = 0;
    bcn_shape shape = {0};
    py_numbers index = {0}, values = {0};
    bcn_error error = {{0}};
    if (!PyArg_ParseTuple(args, "OOO|K", &dims, &object, &second, &limit) ||
        read_shape(dims, &shape) < 0 || py_numbers_open(object, &index) < 0) {
        return NULL;
    }
    if (py_numbers_open(second, &values) < 0) {
        goto done;
    }
    if (index.width != 8 || index.is_signed || values.width != 8 ||
        !values.is_signed || index.count != values.count) {
        PyErr_SetString(PyExc_ValueError,
                        "index is uint64, values int64, of one length");
        goto done;
    }
    bcn_maker maker;
    bcn_cube *cube = NULL;
    bcn_status status =
        bcn_maker_start(&maker, &shape, index.count,
                        mass_of(values.view.buf, values.count), limit, &error);
    for (size_t i = 0; status == BCN_OK && i < index.count; i++) {
        uint64_t at = ((const uint64_t *)index.view.buf)[i];
        if (at >= maker.size) {
            status = bcn_fail(&error, BCN_RANGE,
                              "cell %llu lies outside the shape",
                              (unsigned long long)at);
        } else {
            status = bcn_maker_add(
                &maker, at,
                bcn_wide_of(((const int64_t *)values.view.buf)[i]));
        }
        if (status != BCN_OK) {
            bcn_maker_drop(&maker);
        }
    }
    if (status == BCN_OK) {
        status = bcn_maker_finish(&maker, &cube);
    }
    result = finish(type, status, cube, &error);
done:
    py_numbers_close(&index);
    py_numbers_close(&values);
    return result;
}

/* The columns and tables of a call to count_columns. */
typedef struct counted {
    bcn_term terms[BCN_PLAN_TERMS];
    py_numbers codes[BCN_PLAN_TERMS], tables[BCN_PLAN_TERMS], measure;
    bcn_column column;
} counted;

static void
counted_close(counted *call)
{
    for (size_t i = 0; i < BCN_PLAN_TERMS; i++) {
        py_numbers_close(&call->codes[i]);
        py_numbers_close(&call->tables[i]);
    }
    py_numbers_close(&call->measure);
}

static int
open_item(PyObject *sequence, Py_ssize_t i, py_numbers *numbers)
{
    PyObject *item = PySequence_GetItem(sequence, i);
    if (item == NULL) {
        return -1;
    }
    int result = py_numbers_open(item, numbers);
    Py_DECREF(item); /* the view holds it */
    return result;
}

static int
read_terms(PyObject *columns, PyObject *tables, counted *call, bcn_plan *plan)
{
    Py_ssize_t count = PySequence_Size(columns);
    if (count < 0 || PySequence_Size(tables) != count || count < 1 ||
        count > BCN_PLAN_TERMS) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError,
                         "1 to %d columns and as many tables are needed",
                         BCN_PLAN_TERMS);
        }
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        py_numbers *codes = &call->codes[i], *table = &call->tables[i];
        if (open_item(columns, i, codes) < 0 ||
            open_item(tables, i, table) < 0) {
            return -1;
        }
        if (codes->is_signed || codes->width > 2) {
            PyErr_SetString(PyExc_TypeError, "codes are uint8 or uint16");
            return -1;
        }
        if (table->width != 8 || table->is_signed ||
            table->count != (codes->width == 1 ? 256u : 65536u)) {
            PyErr_SetString(PyExc_ValueError,
                            "a table has 256 uint64 for codes of one byte, "
                            "65536 for two");
            return -1;
        }
        if (i > 0 && codes->count != call->codes[0].count) {
            PyErr_SetString(PyExc_ValueError, "columns differ in length");
            return -1;
        }
        call->terms[i] = (bcn_term){codes->view.buf, codes->width,
                                    table->view.buf};
    }
    plan->rows = call->codes[0].count;
    plan->terms = call->terms;
    plan->term_count = (size_t)count;
    return 0;
}

static int
read_measure(PyObject *object, counted *call, bcn_plan *plan)
{
    if (object == Py_None) {
        return 0;
    }
    py_numbers *values = &call->measure;
    if (py_numbers_open(object, values) < 0) {
        return -1;
    }
    if (values->is_signed != (values->width == 8) ||
        values->count != plan->rows) {
        PyErr_SetString(PyExc_ValueError,
                        "a measure is uint8, uint16, uint32 or int64, as "
                        "long as the columns");
        return -1;
    }
    bcn_column *column = &call->column;
    *column = (bcn_column){.kind = BCN_INTEGER, .width = values->width,
                           .data = values->view.buf, .rows = values->count};
    for (size_t i = 0; i < values->count; i++) {
        int64_t value = bcn_column_at(column, i);
        if (i == 0 || value < column->least) {
            column->least = value;
        }
        if (i == 0 || value > column->greatest) {
            column->greatest = value;
        }
    }
    plan->measure = column;
    return 0;
}

PyDoc_STRVAR(
    count_columns_doc,
    "count_columns($module, columns, tables, shape, measure=None, "
    "workers=0, limit=0, /)\n--\n\n"
    "Count rows of code columns: the bare kernel.\n\n"
    "A row's cell is the sum of tables[i][columns[i][row]]; the greatest "
    "uint64\nin a table leaves the row out.  With ``measure`` its values are "
    "added up\ninstead.  Columns are uint8 with tables of 256 uint64, or "
    "uint16 with 65,536.");

static PyObject *
count_columns(PyObject *module, PyObject *args)
{
    PyObject *columns, *tables, *dims, *measure = Py_None, *result = NULL;
    Py_ssize_t workers = 0;
    unsigned long long limit = 0;
    if (!PyArg_ParseTuple(args, "OOO|OnK", &columns, &tables, &dims, &measure,
                          &workers, &limit)) {
        return NULL;
    }
    counted *call = PyMem_Calloc(1, sizeof *call);
    if (call == NULL) {
        return PyErr_NoMemory();
    }
    bcn_plan plan = {.memory = limit,
                     .workers = workers < 0 ? 0 : (size_t)workers};
    if (read_shape(dims, &plan.shape) == 0 &&
        read_terms(columns, tables, call, &plan) == 0 &&
        read_measure(measure, call, &plan) == 0) {
        bcn_error error = {{0}};
        bcn_cube *cube = NULL;
        bcn_status status;
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
        status = bcn_plan_run(&plan, &watch.core, &cube, &error);
        PY_CORE_END(&watch)
        result = status != BCN_OK ? py_raise(status, &error)
                                  : py_cube_new(py_state_of(module), cube);
    }
    counted_close(call);
    PyMem_Free(call);
    return result;
}

PyMethodDef py_cube_functions[] = {
    {"busiest_runs", py_busiest_runs, METH_VARARGS, py_busiest_runs_doc},
    {"roll_times", py_roll_times, METH_VARARGS, py_roll_times_doc},
    {"count_columns", count_columns, METH_VARARGS, count_columns_doc},
    {"flow_quantities", py_flow_quantities, METH_VARARGS,
     py_flow_quantities_doc},
    {"quantile_sketch_of", py_quantile_sketch_of, METH_VARARGS,
     py_quantile_sketch_of_doc},
    {"quantile_sketch_merge", py_quantile_sketch_merge, METH_VARARGS,
     py_quantile_sketch_merge_doc},
    {"quantile_sketch_at", py_quantile_sketch_at, METH_VARARGS,
     py_quantile_sketch_at_doc},
    {"distinct_sketch_of", py_distinct_sketch_of, METH_VARARGS,
     py_distinct_sketch_of_doc},
    {"distinct_sketch_merge", py_distinct_sketch_merge, METH_VARARGS,
     py_distinct_sketch_merge_doc},
    {"distinct_sketch_count", py_distinct_sketch_count, METH_VARARGS,
     py_distinct_sketch_count_doc},
    {"count_tails", py_count_tails, METH_VARARGS, py_count_tails_doc},
    {"running_sums", py_running_sums, METH_VARARGS, py_running_sums_doc},
    {"series_dispersion", py_series_dispersion, METH_VARARGS,
     py_series_dispersion_doc},
    {"series_test", py_series_test, METH_VARARGS, py_series_test_doc},
    {"discoveries", py_discoveries, METH_VARARGS, py_discoveries_doc},
    {NULL, NULL, 0, NULL},
};
