#include "python/binding.h"

static struct PyModuleDef core_module;

py_state *
py_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

py_state *
py_state_of_type(PyTypeObject *type)
{
    /* Public so far only from 3.13 on: walk up to the first class that
     * belongs to this module. */
    for (PyTypeObject *base = type; base != NULL;
         base = PyType_GetSlot(base, Py_tp_base)) {
        if (PyType_GetFlags(base) & Py_TPFLAGS_HEAPTYPE) {
            PyObject *module = PyType_GetModule(base);
            if (module == NULL) {
                PyErr_Clear();
            } else if (PyModule_GetDef(module) == &core_module) {
                return py_state_of(module);
            }
        }
    }
    PyErr_SetString(PyExc_SystemError, "the module of this type is gone");
    return NULL;
}

int
py_type_ready(PyObject *module, PyType_Spec *spec, PyTypeObject **slot)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type == NULL) {
        return -1;
    }
    *slot = (PyTypeObject *)type; /* the state owns this reference */
    return PyModule_AddType(module, *slot);
}

/* TooLargeError is a MemoryError that knows the way out.  Looked up on the way
 * of an error only; without the package around it, a MemoryError will do. */
static void
raise_too_large(const char *text)
{
    PyObject *errors = PyImport_ImportModule("interpol_bcn.errors");
    PyObject *type = errors == NULL
                         ? NULL
                         : PyObject_GetAttrString(errors, "TooLargeError");
    if (type == NULL) {
        PyErr_Clear();
    }
    PyErr_SetString(type != NULL ? type : PyExc_MemoryError, text);
    Py_XDECREF(type);
    Py_XDECREF(errors);
}

PyObject *
py_raise(bcn_status status, const bcn_error *error)
{
    const char *text = error != NULL && error->text[0] != '\0'
                           ? error->text
                           : bcn_status_text(status);
    switch (status) {
    case BCN_NOMEM:
        return PyErr_NoMemory();
    case BCN_OVERFLOW:
        PyErr_SetString(PyExc_OverflowError, text);
        break;
    case BCN_TOO_LARGE:
        raise_too_large(text);
        break;
    case BCN_IO:
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_OSError, text);
        }
        break;
    case BCN_CANCELLED:
        if (!PyErr_Occurred()) {
            PyErr_SetNone(PyExc_KeyboardInterrupt);
        }
        break;
    default:
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, text);
        }
    }
    return NULL;
}

static bool
signals_pending(void *context)
{
    py_watch *watch = context;
    PyEval_RestoreThread(watch->thread);
    bool stop = PyErr_CheckSignals() != 0;
    watch->thread = PyEval_SaveThread();
    return stop;
}

void
py_watch_start(py_watch *watch)
{
    *watch = (py_watch){.core = {.poll = signals_pending}};
    watch->core.context = watch;
}

static int
core_exec(PyObject *module)
{
#define X(noun)                                                               \
    if (py_##noun##_ready(module) < 0) {                                      \
        return -1;                                                            \
    }
    PY_CLASSES(X)
#undef X
    return 0;
}

static int
core_traverse(PyObject *module, visitproc visit, void *arg)
{
    py_state *state = py_state_of(module);
#define X(noun) Py_VISIT(state->noun##_type);
    PY_CLASSES(X)
#undef X
    return 0;
}

static int
core_clear(PyObject *module)
{
    py_state *state = py_state_of(module);
#define X(noun) Py_CLEAR(state->noun##_type);
    PY_CLASSES(X)
#undef X
    return 0;
}

static void
core_free(void *module)
{
    (void)core_clear(module);
}

static PyModuleDef_Slot core_slots[] = {
    {Py_mod_exec, core_exec},
    PY_SLOT_INTERPRETERS
    PY_SLOT_GIL
    {0, NULL},
};

static struct PyModuleDef core_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "interpol_bcn._core",
    .m_doc = "The compiled core: exact tables over closed sets.",
    .m_size = sizeof(py_state),
    .m_slots = core_slots,
    .m_traverse = core_traverse,
    .m_clear = core_clear,
    .m_free = core_free,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC
PyInit__core(void)
{
    return PyModuleDef_Init(&core_module);
}
