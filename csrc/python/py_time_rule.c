#include "python/py_readers.h"

static int
open_int64(PyObject *object, Py_buffer *view)
{
    if (PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    if (view->len % 8 != 0 || (uintptr_t)view->buf % 8 != 0) {
        PyErr_SetString(PyExc_ValueError, "a zone's table needs int64");
        return -1;
    }
    return 0;
}

int
py_time_rule_open(PyObject *zone, PyObject *format, py_time_rule *rule)
{
    *rule = (py_time_rule){0};
    if (zone != Py_None) {
        PyObject *starts, *offsets;
        int twice, never;
        if (!PyArg_ParseTuple(zone, "OOii:zone", &starts, &offsets, &twice,
                              &never) ||
            open_int64(starts, &rule->starts) < 0 ||
            open_int64(offsets, &rule->offsets) < 0) {
            return -1;
        }
        if (rule->starts.len != rule->offsets.len || rule->starts.len == 0 ||
            twice < BCN_TWICE_RAISE || twice > BCN_TWICE_LATER ||
            never < BCN_NEVER_RAISE || never > BCN_NEVER_BACKWARD) {
            PyErr_SetString(PyExc_ValueError, "not a zone's table");
            return -1;
        }
        rule->zone = (bcn_zone){.starts = rule->starts.buf,
                                .offsets = rule->offsets.buf,
                                .count = (size_t)rule->starts.len / 8,
                                .twice = (bcn_zone_twice)twice,
                                .never = (bcn_zone_never)never};
        rule->core.zone = &rule->zone;
    }
    if (format != Py_None) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(format, &length);
        bcn_error error = {""};
        if (text == NULL) {
            return -1;
        }
        bcn_status status = bcn_time_format_new(
            (bcn_bytes){text, (size_t)length}, &rule->format, &error);
        if (status != BCN_OK) {
            (void)py_raise(status, &error);
            return -1;
        }
        rule->core.format = rule->format;
    }
    return 0;
}

void
py_time_rule_close(py_time_rule *rule)
{
    if (rule->starts.obj != NULL) {
        PyBuffer_Release(&rule->starts);
    }
    if (rule->offsets.obj != NULL) {
        PyBuffer_Release(&rule->offsets);
    }
    bcn_time_format_free(rule->format);
    *rule = (py_time_rule){0};
}
