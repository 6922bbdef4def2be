/* py_question.h - a question about a log as Python lays it down: the lists of
 * terms, dials and ranges that a Plan of the package holds, checked and turned
 * into a plan of the core. */
#ifndef BCN_PY_QUESTION_H
#define BCN_PY_QUESTION_H

#include "model/plan.h"
#include "python/py_log.h"

typedef struct py_question {
    bcn_plan plan;
    bcn_term terms[BCN_PLAN_TERMS];
    bcn_dial dials[BCN_PLAN_DIALS];
    bcn_clock clocks[BCN_PLAN_DIALS][BCN_CLOCKS_MAX];
    bcn_range ranges[BCN_PLAN_RANGES];
    Py_buffer views[BCN_PLAN_TERMS + BCN_PLAN_DIALS * BCN_CLOCKS_MAX];
    size_t view_count;
} py_question;

/* All four are lists; NULL with an exception.  The question keeps the buffers
 * of its tables, and borrows the log's columns. */
py_question *py_question_new(py_log *self, PyObject *shape, PyObject *terms,
                             PyObject *dials, PyObject *ranges);
void py_question_free(py_question *question); /* NULL is fine */

#endif
