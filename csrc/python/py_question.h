/* py_question.h - the parts of a question, parsed from Python. */
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

/* Fill in the lists of a question in zeroed memory from bcn_calloc; -1 with an
 * exception.  Freed in either case, with the buffers that it borrows. */
int py_question_parse(py_question *q, py_log *self, PyObject *terms,
                      PyObject *dials, PyObject *ranges);
void py_question_free(py_question *q);

#endif
