/* version.h - the one place that asks which Python this is. */
#ifndef BCN_VERSION_H
#define BCN_VERSION_H

#if PY_VERSION_HEX < 0x030B0000
#error "interpol_bcn needs CPython 3.11 or later"
#endif

/* Not in the limited API: give what `slot` holds up only once it holds the
 * new one, for giving up may run Python. */
#if !defined(Py_XSETREF)
#define Py_XSETREF(slot, object)                                              \
    do {                                                                      \
        PyObject *given_up_ = (PyObject *)(slot);                             \
        (slot) = (object);                                                    \
        Py_XDECREF(given_up_);                                                \
    } while (0)
#endif

/* Slots a module may declare only where the interpreter knows them. */
#if (defined(Py_LIMITED_API) ? Py_LIMITED_API : PY_VERSION_HEX) >= 0x030C0000
#define PY_SLOT_INTERPRETERS                                                  \
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#else
#define PY_SLOT_INTERPRETERS
#endif
#if (defined(Py_LIMITED_API) ? Py_LIMITED_API : PY_VERSION_HEX) >= 0x030D0000
#define PY_SLOT_GIL {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#else
#define PY_SLOT_GIL
#endif

#endif
