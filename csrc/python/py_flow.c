#include "model/flow.h"
#include "python/py_cube.h"

static int
put(PyObject *dict, const char *name, PyObject *value)
{
    int result =
        value == NULL ? -1 : PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return result;
}

const char py_flow_quantities_doc[] =
    "flow_quantities($module, cube, mask=None, pairs=True, /)\n--\n\n"
    "Return what one pass over a square cube tells, as exact integers.\n\n"
    "The nine of the Graph Challenge over all cells (messages links max_link "
    "senders\nmax_sent max_fan_out receivers max_received max_fan_in); self, "
    "the diagonal;\nand between different members, those with a byte not 0 in "
    "``mask``: weight\npair_links mutual_weight mutual_links, over ordered "
    "pairs.\nThe nine alone, in this order, with ``pairs`` false.";

PyObject *
py_flow_quantities(PyObject *module, PyObject *args)
{
    PyObject *object, *members = Py_None;
    int pairs = 1;
    if (!PyArg_ParseTuple(args, "O|Op", &object, &members, &pairs)) {
        return NULL;
    }
    const bcn_cube *cube = py_cube_core(py_state_of(module), object);
    if (cube == NULL) {
        return NULL;
    }
    py_numbers mask = {0};
    if (members != Py_None) {
        if (py_numbers_open(members, &mask) < 0) {
            return NULL;
        }
        if (mask.width != 1 || mask.count != cube->shape.dims[0]) {
            py_numbers_close(&mask);
            PyErr_SetString(PyExc_ValueError, "one byte per sender");
            return NULL;
        }
    }
    bcn_error error = {{0}};
    bcn_flow flow;
    bcn_status status = bcn_flow_read(cube, mask.view.buf, pairs != 0, &flow,
                                      &error);
    py_numbers_close(&mask);
    if (status != BCN_OK) {
        return py_raise(status, &error);
    }
    PyObject *dict = PyDict_New();
    if (dict == NULL) {
        return NULL;
    }
#define WIDE(name)                                                            \
    if (put(dict, #name, py_wide(flow.name)) < 0) {                           \
        goto fail;                                                            \
    }
#define COUNT(name)                                                           \
    if (put(dict, #name, PyLong_FromUnsignedLongLong(flow.name)) < 0) {       \
        goto fail;                                                            \
    }
    WIDE(messages)
    COUNT(links)
    WIDE(max_link)
    COUNT(senders)
    WIDE(max_sent)
    COUNT(max_fan_out)
    COUNT(receivers)
    WIDE(max_received)
    COUNT(max_fan_in)
    if (!pairs) {
        return dict;
    }
    WIDE(self)
    WIDE(weight)
    COUNT(pair_links)
    WIDE(mutual_weight)
    COUNT(mutual_links)
#undef WIDE
#undef COUNT
    return dict;
fail:
    Py_DECREF(dict);
    return NULL;
}
