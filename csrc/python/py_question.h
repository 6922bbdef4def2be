/* py_question.h - a question about a log, laid down as plain data. */
#ifndef BCN_PY_QUESTION_H
#define BCN_PY_QUESTION_H

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

/* Read the shape and the parts, all lists as `Log.run` describes them, into a
 * plan over all rows; NULL with an exception where they are none. */
py_question *py_question_new(py_log *log, PyObject *shape, PyObject *terms,
                             PyObject *dials, PyObject *ranges);
/* The same from one tuple (shape, terms, dials, ranges). */
py_question *py_question_of(py_log *log, PyObject *tuple);
/* A column's number, or a tuple of them; below 0 stands for rows.  0, or -1 with
 * an exception. */
int py_question_measures(py_question *question, py_log *log, PyObject *given);
void py_question_free(py_question *question); /* NULL is fine */

/* A column that is present; NULL with an exception. */
const bcn_log_column *py_log_column_at(py_log *log, long number);

#endif
