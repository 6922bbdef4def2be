/* py_wire.h - the functions of py_wire.c, added to the module with Cells. */
#ifndef BCN_PY_WIRE_H
#define BCN_PY_WIRE_H

#include "python/binding.h"

int py_wire_functions(PyObject *module);

#endif
