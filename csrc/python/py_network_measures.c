#include "model/network_components.h"
#include "model/network_cores.h"
#include "model/network_fit.h"
#include "model/network_leiden.h"
#include "model/network_local.h"
#include "model/network_paths.h"
#include "model/network_spectrum.h"
#include "python/py_network.h"

/* Methods of Network: parse, let go of the interpreter, one call, return. */

PyObject *
py_network_paths(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int weighted;
    if (!PyArg_ParseTuple(args, "p", &weighted)) {
        return NULL;
    }
    size_t n = core->count;
    py_results results = {0};
    bcn_paths out;
    out.between = py_results_add(&results, n, 'd');
    out.far_out = py_results_add(&results, n, 'd');
    out.far_in = py_results_add(&results, n, 'd');
    out.reach_out = py_results_add(&results, n, 'q');
    out.reach_in = py_results_add(&results, n, 'q');
    bcn_status status = BCN_NOMEM;
    if (results.number == 5) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_paths(core, weighted != 0, &watch.core, &out);
        PY_CORE_END(&watch)
    }
    return py_results_give(&results, op, status, NULL);
}

PyObject *
py_network_pagerank(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int weighted;
    double damping;
    long long most;
    bcn_settling settling = {0};
    if (!PyArg_ParseTuple(args, "pddL", &weighted, &damping,
                          &settling.tolerance, &most)) {
        return NULL;
    }
    settling.most = most;
    py_results results = {0};
    double *rank = py_results_add(&results, core->count, 'd');
    bcn_status status = BCN_NOMEM;
    if (rank != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_pagerank(core, weighted != 0, damping,
                                          &settling, &watch.core, rank);
        PY_CORE_END(&watch)
    }
    PyObject *passes =
        status == BCN_OK ? PyLong_FromLongLong(settling.passes) : NULL;
    return py_results_give(&results, op, status, passes);
}

PyObject *
py_network_eigenvector(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int weighted;
    long long most;
    bcn_settling settling = {0};
    if (!PyArg_ParseTuple(args, "pdL", &weighted, &settling.tolerance,
                          &most)) {
        return NULL;
    }
    settling.most = most;
    py_results results = {0};
    double *vector = py_results_add(&results, core->count, 'd');
    bcn_status status = BCN_NOMEM;
    if (vector != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_eigenvector(core, weighted != 0, &settling,
                                             &watch.core, vector);
        PY_CORE_END(&watch)
    }
    PyObject *passes =
        status == BCN_OK ? PyLong_FromLongLong(settling.passes) : NULL;
    return py_results_give(&results, op, status, passes);
}

/* A choice that C numbers from 0 on, below `choices`. */
static int
check_choice(int choice, int choices)
{
    if (choice < 0 || choice >= choices) {
        PyErr_Format(PyExc_ValueError, "choice %d of %d", choice, choices);
        return -1;
    }
    return 0;
}

PyObject *
py_network_clustering(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int kind, weighted;
    if (!PyArg_ParseTuple(args, "ip", &kind, &weighted) ||
        check_choice(kind, BCN_TRIANGLES_OUT + 1) < 0) {
        return NULL;
    }
    py_results results = {0};
    double *out = py_results_add(&results, core->count, 'd');
    bcn_status status = BCN_NOMEM;
    if (out != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_clustering(core, (bcn_triangles)kind,
                                            weighted != 0, &watch.core, out);
        PY_CORE_END(&watch)
    }
    return py_results_give(&results, op, status, NULL);
}

PyObject *
py_network_cosine(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int profile;
    if (!PyArg_ParseTuple(args, "i", &profile) ||
        check_choice(profile, BCN_PROFILE_BOTH + 1) < 0) {
        return NULL;
    }
    py_results results = {0};
    double *out = py_results_add(&results, core->count * core->count, 'd');
    bcn_status status = BCN_NOMEM;
    if (out != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_cosine(core, (bcn_profile)profile,
                                        &watch.core, out);
        PY_CORE_END(&watch)
    }
    return py_results_give(&results, op, status, NULL);
}

PyObject *
py_network_assortativity(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    PyObject *first, *second, *told = NULL;
    int weighted;
    if (!PyArg_ParseTuple(args, "OOp", &first, &second, &weighted)) {
        return NULL;
    }
    Py_buffer x = {0}, y = {0};
    if (py_array_open(first, 'd', core->count, false, &x) == 0 &&
        py_array_open(second, 'd', core->count, false, &y) == 0) {
        told = PyFloat_FromDouble(
            bcn_network_assortativity(core, x.buf, y.buf, weighted != 0));
    }
    py_array_close(&x);
    py_array_close(&y);
    return told;
}

PyObject *
py_network_cores(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int way, weighted;
    if (!PyArg_ParseTuple(args, "ip", &way, &weighted) ||
        check_choice(way, BCN_WAY_IN + 1) < 0) {
        return NULL;
    }
    py_results results = {0};
    int64_t *level = py_results_add(&results, core->count, 'q');
    bcn_status status = BCN_NOMEM;
    if (level != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status =
                bcn_network_cores(core, (bcn_way)way, weighted != 0, level);
        PY_CORE_END(&watch)
    }
    return py_results_give(&results, op, status, NULL);
}

PyObject *
py_network_core(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int either, weighted;
    if (!PyArg_ParseTuple(args, "pp", &either, &weighted)) {
        return NULL;
    }
    py_results results = {0};
    bcn_core out = {0};
    out.core = py_results_add(&results, core->count, 'B');
    out.links = py_results_add(&results, core->count, 'q');
    bcn_status status = BCN_NOMEM;
    if (results.number == 2) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_core(core, either != 0, weighted != 0,
                                      &watch.core, &out);
        PY_CORE_END(&watch)
    }
    PyObject *found =
        status == BCN_OK ? PyFloat_FromDouble(out.correlation) : NULL;
    return py_results_give(&results, op, status, found);
}

PyObject *
py_network_components(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int strong;
    if (!PyArg_ParseTuple(args, "p", &strong)) {
        return NULL;
    }
    py_results results = {0};
    size_t number = 0;
    uint32_t *component = py_results_add(&results, core->count, 'I');
    bcn_status status = BCN_NOMEM;
    if (component != NULL) {
        status =
            bcn_network_components(core, strong != 0, component, &number);
    }
    PyObject *known = status == BCN_OK ? PyLong_FromSize_t(number) : NULL;
    return py_results_give(&results, op, status, known);
}

PyObject *
py_network_communities(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    double resolution;
    unsigned long long seed;
    if (!PyArg_ParseTuple(args, "dK", &resolution, &seed)) {
        return NULL;
    }
    py_results results = {0};
    size_t number = 0;
    uint32_t *community = py_results_add(&results, core->count, 'I');
    bcn_status status = BCN_NOMEM;
    if (community != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_leiden(core, resolution, seed, &watch.core,
                                        community, &number);
        PY_CORE_END(&watch)
    }
    PyObject *known = status == BCN_OK ? PyLong_FromSize_t(number) : NULL;
    return py_results_give(&results, op, status, known);
}

PyObject *
py_network_modularity(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    PyObject *given;
    Py_ssize_t number;
    double resolution, quality = 0;
    if (!PyArg_ParseTuple(args, "Ond", &given, &number, &resolution)) {
        return NULL;
    }
    Py_buffer groups = {0};
    if (py_array_open(given, 'I', core->count, false, &groups) < 0) {
        return NULL;
    }
    const uint32_t *group = groups.buf;
    bool right = number >= 0 && number <= BCN_NETWORK_MOST;
    for (size_t i = 0; right && i < core->count; i++) {
        right = group[i] < (size_t)number;
    }
    bcn_status status = BCN_OK;
    if (right) {
        status = bcn_network_modularity(core, resolution, group,
                                        (size_t)number, &quality);
    }
    py_array_close(&groups);
    if (!right) {
        PyErr_SetString(PyExc_ValueError, "groups lie below their number");
        return NULL;
    }
    return status == BCN_OK ? PyFloat_FromDouble(quality)
                            : py_raise(status, NULL);
}

PyObject *
py_network_fit(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    int family;
    if (!PyArg_ParseTuple(args, "i", &family) ||
        check_choice(family, BCN_FAMILY_LINKS + 1) < 0) {
        return NULL;
    }
    py_results results = {0};
    double worst = 0;
    double *expected =
        py_results_add(&results, core->count * core->count, 'd');
    bcn_status status = BCN_NOMEM;
    if (expected != NULL) {
        py_watch watch;
        py_watch_start(&watch);
        PY_CORE_BEGIN(&watch)
            status = bcn_network_fit(core, (bcn_family)family, &watch.core,
                                     expected, &worst);
        PY_CORE_END(&watch)
    }
    PyObject *told = status == BCN_OK ? PyFloat_FromDouble(worst) : NULL;
    return py_results_give(&results, op, status, told);
}

PyObject *
py_network_gravity(PyObject *op, PyObject *args)
{
    const bcn_network *core = py_network_of(op);
    size_t n = core->count;
    PyObject *from, *to, *between, *told = NULL;
    bcn_gravity gravity = {0};
    double *b = gravity.coefficients, worst = 0;
    int free[4];
    if (!PyArg_ParseTuple(args, "OOO(pppp)(dddd)", &from, &to, &between,
                          &free[0], &free[1], &free[2], &free[3], &b[0],
                          &b[1], &b[2], &b[3])) {
        return NULL;
    }
    for (size_t c = 0; c < 4; c++) {
        gravity.free[c] = free[c] != 0;
    }
    Py_buffer sender = {0}, receiver = {0}, apart = {0};
    if (py_array_open(from, 'd', n, false, &sender) == 0 &&
        py_array_open(to, 'd', n, false, &receiver) == 0 &&
        py_array_open(between, 'd', n * n, true, &apart) == 0) {
        gravity.sender = sender.buf;
        gravity.receiver = receiver.buf;
        gravity.apart = apart.buf;
        py_results results = {0};
        double *expected = py_results_add(&results, n * n, 'd');
        bcn_status status = BCN_NOMEM;
        if (expected != NULL) {
            py_watch watch;
            py_watch_start(&watch);
            PY_CORE_BEGIN(&watch)
                status = bcn_network_gravity(core, &gravity, &watch.core,
                                             expected, &worst);
            PY_CORE_END(&watch)
        }
        PyObject *more =
            status == BCN_OK ? Py_BuildValue("(dddd)d", b[0], b[1], b[2],
                                             b[3], worst)
                             : NULL;
        told = py_results_give(&results, op, status, more);
    }
    py_array_close(&sender);
    py_array_close(&receiver);
    py_array_close(&apart);
    return told;
}
