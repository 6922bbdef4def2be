/* py_account.c - what a builder met and what it refused, as Python
 * lists. */
#include "model/met.h"
#include "python/py_builder.h"

static PyObject *
value_object(const bcn_ledger *ledger, uint32_t value)
{
    if (value == BCN_NONE) {
        Py_RETURN_NONE;
    }
    bcn_bytes text = bcn_labels_text(ledger->values, value);
    return PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.length,
                                "backslashreplace");
}

static PyObject *
column_object(uint16_t column)
{
    if (column == BCN_WHOLE_ROW) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLong(column);
}

const char py_builder_refusals_doc[] =
    "refusals($self, /)\n--\n\n"
    "Return the refused rows that were kept: a list of ``(source, "
    "row, line, column, reason, value)``; line is 0 where the source "
    "has no lines, column None where the whole row is at fault.\n";

PyObject *
py_builder_refusals(PyObject *op, PyObject *unused)
{
    (void)unused;
    return py_builder_idle((py_builder *)op) < 0
               ? NULL
               : py_ledger_refusals(&((py_builder *)op)->core.ledger);
}

PyObject *
py_ledger_refusals(const bcn_ledger *ledger)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < ledger->kept_count; i++) {
        const bcn_refusal *at = &ledger->kept[i];
        PyObject *item = Py_BuildValue(
            "(IKKNIN)", (unsigned)at->source, (unsigned long long)at->row,
            (unsigned long long)at->line, column_object(at->column),
            (unsigned)at->reason, value_object(ledger, at->value));
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

const char py_builder_accounts_doc[] =
    "accounts($self, /)\n--\n\n"
    "Return the account of refused rows: a list of ``(column, reason, "
    "value, rows)``.\n";

PyObject *
py_builder_accounts(PyObject *op, PyObject *unused)
{
    (void)unused;
    return py_builder_idle((py_builder *)op) < 0
               ? NULL
               : py_ledger_accounts(&((py_builder *)op)->core.ledger);
}

PyObject *
py_ledger_accounts(const bcn_ledger *ledger)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < ledger->account_count; i++) {
        const bcn_account *at = &ledger->accounts[i];
        PyObject *item = Py_BuildValue(
            "(NINK)", column_object(at->column), (unsigned)at->reason,
            value_object(ledger, at->value), (unsigned long long)at->rows);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

/* The labels of a column whose domain is what was met, in the order of their
 * codes; the number of the column whose labels it shares, if it does. */
PyObject *
py_builder_met(bcn_builder *core, size_t column)
{
    bcn_store *store = core->stores[column].owner;
    if (store != &core->stores[column]) {
        return PyLong_FromSsize_t(store - core->stores);
    }
    size_t count;
    uint32_t *order;
    bcn_status status = bcn_met_settle(core->stores, core->schema.count,
                                       column, &order, &count);
    if (status != BCN_OK) {
        return py_raise(status, NULL);
    }
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        bcn_bytes text = bcn_labels_text(store->known, order[i]);
        PyObject *label = PyUnicode_DecodeUTF8(
            text.data, (Py_ssize_t)text.length, "replace");
        if (label == NULL || PyList_SetItem(list, (Py_ssize_t)i, label) < 0) {
            Py_CLEAR(list);
        }
    }
    bcn_free(order);
    return list;
}
