/* py_question.h - a question as the package lays it down, read into a plan. */
#ifndef PY_QUESTION_H
#define PY_QUESTION_H

#include "model/plan.h"
#include "python/py_log.h"

enum { PY_MEASURES = 4 };

typedef struct py_question {
    bcn_plan plan;
    bcn_term terms[BCN_PLAN_TERMS];
    bcn_dial dials[BCN_PLAN_DIALS];
    bcn_clock clocks[BCN_PLAN_DIALS][BCN_CLOCKS_MAX];
    bcn_range ranges[BCN_PLAN_RANGES];
    Py_buffer views[BCN_PLAN_TERMS + BCN_PLAN_DIALS * BCN_CLOCKS_MAX];
    size_t view_count;
    const bcn_column *measures[PY_MEASURES]; /* NULL: rows */
    size_t measure_count;
} py_question;

/* A present column of a log by its number; NULL with an exception. */
const bcn_log_column *py_log_column_at(py_log *self, long number);

/* Into a question of zeros; it borrows the log.  0, or -1 with an exception;
 * to be freed either way. */
int py_question_parse(py_question *q, py_log *self, PyObject *shape,
                      PyObject *terms, PyObject *dials, PyObject *ranges);
/* A column's number, or a tuple of them; below 0 stands for rows. */
int py_question_measures(py_question *q, py_log *self, PyObject *given);
void py_question_free(py_question *q);

#endif
