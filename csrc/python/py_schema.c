/* py_schema.c - the columns of a record, from Python's tuples. */
#include <string.h>

#include "python/py_builder.h"

static const char *const kind_names[] = {"label", "time", "integer", "id"};

static int
parse_field(PyObject *item, bcn_field *field)
{
    const char *kind;
    int required;
    unsigned int labels;
    int shares;
    long long minimum, maximum;
    if (!PyArg_ParseTuple(item, "spIiLL:field", &kind, &required, &labels,
                          &shares, &minimum, &maximum)) {
        return -1;
    }
    for (int k = 0; k < 4; k++) {
        if (strcmp(kind, kind_names[k]) == 0) {
            *field = (bcn_field){.kind = (bcn_kind)k,
                                 .required = required != 0,
                                 .labels = labels,
                                 .shares = shares,
                                 .minimum = minimum,
                                 .maximum = maximum};
            if (labels > BCN_MAX_LABELS) {
                PyErr_Format(PyExc_ValueError,
                             "a domain of %u labels: at most %u are possible",
                             labels, BCN_MAX_LABELS);
                return -1;
            }
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError, "unknown kind of column %s", kind);
    return -1;
}

/* One of the two columns of a rule, which must hold numbers or, `any`, may
 * hold whatever. */
static int
rule_column(long number, const bcn_schema *schema, int any)
{
    if (number < 0 || (size_t)number >= schema->count ||
        (!any && schema->fields[number].kind != BCN_TIME &&
         schema->fields[number].kind != BCN_INTEGER)) {
        PyErr_SetString(PyExc_ValueError, "a rule over no such column");
        return -1;
    }
    return (int)number;
}

static int
parse_rule(PyObject *item, bcn_schema *schema)
{
    const char *kind;
    long first, second;
    PyObject *otherwise;
    if (!PyArg_ParseTuple(item, "sllO:rule", &kind, &first, &second,
                          &otherwise)) {
        return -1;
    }
    int either = strcmp(kind, "either") == 0;
    if (schema->rule_count == BCN_MAX_RULES ||
        (!either && strcmp(kind, "order") != 0)) {
        PyErr_Format(PyExc_ValueError, "too many rules, or a rule %s", kind);
        return -1;
    }
    bcn_rule *rule = &schema->rules[schema->rule_count++];
    rule->kind = either ? BCN_RULE_EITHER : BCN_RULE_ORDER;
    rule->first = rule_column(first, schema, either);
    rule->second = rule_column(second, schema, either);
    rule->otherwise = INT64_MAX;
    if (otherwise != Py_None) {
        rule->otherwise = PyLong_AsLongLong(otherwise);
    }
    return PyErr_Occurred() ? -1 : 0;
}

int
py_rules_parse(PyObject *rules, bcn_schema *schema)
{
    Py_ssize_t count = PySequence_Size(rules);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(rules, i);
        int failed = item == NULL || parse_rule(item, schema) < 0;
        Py_XDECREF(item);
        if (failed) {
            return -1;
        }
    }
    return count < 0 ? -1 : 0;
}

int
py_schema_parse(PyObject *fields, int id, PyObject *keys, bcn_schema *schema)
{
    Py_ssize_t count = PySequence_Size(fields);
    Py_ssize_t key_count = PySequence_Size(keys);
    if (count < 0 || key_count < 0) {
        return -1;
    }
    if (count > BCN_MAX_FIELDS || key_count > 2 || id >= count) {
        PyErr_SetString(PyExc_ValueError, "too many columns or keys");
        return -1;
    }
    schema->count = (size_t)count;
    schema->id = id;
    schema->key_count = (size_t)key_count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(fields, i);
        bcn_field *field = &schema->fields[i];
        int failed = item == NULL || parse_field(item, field) < 0;
        Py_XDECREF(item);
        if (!failed && (field->shares >= count ||
                        (field->shares >= 0 &&
                         (field->kind != BCN_LABEL || field->labels != 0)))) {
            PyErr_SetString(PyExc_ValueError, "no labels to share");
            failed = 1;
        }
        if (failed) {
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        int shares = schema->fields[i].shares;
        if (shares >= 0 && (schema->fields[shares].kind != BCN_LABEL ||
                            schema->fields[shares].labels != 0 ||
                            schema->fields[shares].shares >= 0)) {
            PyErr_SetString(PyExc_ValueError, "no labels to share");
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < key_count; i++) {
        PyObject *item = PySequence_GetItem(keys, i);
        long key = item != NULL ? PyLong_AsLong(item) : -1;
        Py_XDECREF(item);
        if (PyErr_Occurred()) {
            return -1;
        }
        if (key < 0 || key >= count ||
            schema->fields[key].kind != BCN_LABEL) {
            PyErr_SetString(PyExc_ValueError, "a key is not a label column");
            return -1;
        }
        schema->keys[i] = (int)key;
    }
    return 0;
}
