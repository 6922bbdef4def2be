/* py_arrow.h - Arrow between Python objects and the core.
 *
 * In: py_arrow_open turns whatever speaks the PyCapsule interface into one
 * stream, which the caller reads and closes exactly once.  The producers'
 * functions are called WITHOUT the interpreter held, as the interface
 * expects: a producer that needs Python takes it itself.
 *
 * Out: `ArrowTable`, an immutable table with __arrow_c_schema__,
 * __arrow_c_array__ and __arrow_c_stream__, each giving new structs. */
#ifndef BCN_PY_ARROW_H
#define BCN_PY_ARROW_H

#include "arrow/abi.h"
#include "arrow/arrow_export.h"
#include "python/binding.h"

typedef struct py_arrow_source {
    struct ArrowArrayStream stream;
    PyObject *keep; /* lent memory lives as long as this */
} py_arrow_source;

/* Take the stream of: an ArrowSource or ArrowTable, an object with
 * __arrow_c_stream__ or __arrow_c_array__, or a stream capsule.  -1 with an
 * exception; then there is nothing to close. */
int py_arrow_open(py_state *state, PyObject *object, py_arrow_source *out);
/* With the interpreter held.  A zeroed source is fine. */
void py_arrow_close(py_arrow_source *source);

/* A table from (name, kind, data, labels, nulls) tuples; with `keep`, a list,
 * memory is lent and kept alive there, else it is shared or copied. */
bcn_arrow_table *py_arrow_build(py_state *state, PyObject *columns,
                                PyObject *keep);

/* The table behind an ArrowTable, or NULL without an exception. */
bcn_arrow_table *py_arrow_table(py_state *state, PyObject *object);

/* What the elements of a buffer are: 'i', 'u', 'f', '?', or 0 for what is no
 * native number. */
char py_arrow_letter(const char *format);
/* One integer of a buffer; 'u' of eight bytes comes as the signed one. */
int64_t py_arrow_integer(const char *at, char letter, Py_ssize_t itemsize);

#endif
