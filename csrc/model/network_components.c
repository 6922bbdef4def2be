#include "model/network_components.h"

enum { OPEN = 0 }; /* an index of Tarjan's that is not given yet */

/* --- weakly: trees of nodes that point to their first ---------------------- */

static uint32_t
root_of(uint32_t *parent, uint32_t node)
{
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

static void
find_weak(const bcn_network *network, uint32_t *parent)
{
    const bcn_arcs *out = &network->out;
    for (uint32_t i = 0; i < network->count; i++) {
        parent[i] = i;
    }
    for (uint32_t i = 0; i < network->count; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            uint32_t a = root_of(parent, i);
            uint32_t b = root_of(parent, out->node[k]);
            parent[a < b ? b : a] = a < b ? a : b;
        }
    }
    for (uint32_t i = 0; i < network->count; i++) {
        parent[i] = root_of(parent, i);
    }
}

/* --- strongly --------------------------------------------------------------- */

typedef struct tarjan {
    const bcn_arcs *out;
    uint32_t *group; /* the node that a component is named after */
    uint32_t *index, *low, *path, *stack;
    size_t *next; /* the link to follow */
    uint32_t seen, deep, held;
} tarjan;

static void
enter(tarjan *t, uint32_t node)
{
    t->index[node] = t->low[node] = ++t->seen;
    t->next[node] = t->out->from[node];
    t->path[t->deep++] = node;
    t->stack[t->held++] = node;
    t->group[node] = UINT32_MAX;
}

static void
leave(tarjan *t, uint32_t node)
{
    t->deep--;
    if (t->deep > 0) {
        uint32_t above = t->path[t->deep - 1];
        t->low[above] =
            t->low[node] < t->low[above] ? t->low[node] : t->low[above];
    }
    if (t->low[node] != t->index[node]) {
        return;
    }
    uint32_t member;
    do {
        member = t->stack[--t->held];
        t->group[member] = node;
    } while (member != node);
}

static void
follow(tarjan *t, uint32_t start)
{
    enter(t, start);
    while (t->deep > 0) {
        uint32_t node = t->path[t->deep - 1];
        if (t->next[node] == t->out->from[node + 1]) {
            leave(t, node);
            continue;
        }
        uint32_t to = t->out->node[t->next[node]++];
        if (t->index[to] == OPEN) {
            enter(t, to);
        } else if (t->group[to] == UINT32_MAX && t->index[to] < t->low[node]) {
            t->low[node] = t->index[to];
        }
    }
}

static bcn_status
find_strong(const bcn_network *network, uint32_t *group)
{
    size_t n = network->count;
    tarjan t = {.out = &network->out, .group = group};
    t.index = bcn_calloc(4 * n, sizeof *t.index);
    t.next = bcn_alloc(n, sizeof *t.next);
    bcn_status status = t.index == NULL || t.next == NULL ? BCN_NOMEM : BCN_OK;
    if (status == BCN_OK) {
        t.low = t.index + n;
        t.path = t.low + n;
        t.stack = t.path + n;
        for (uint32_t i = 0; i < n; i++) {
            if (t.index[i] == OPEN) {
                follow(&t, i);
            }
        }
    }
    bcn_free(t.index);
    bcn_free(t.next);
    return status;
}

bcn_status
bcn_network_components(const bcn_network *network, bool strong,
                       uint32_t *component, size_t *number)
{
    size_t n = network->count;
    uint32_t *name = bcn_alloc(n, sizeof *name);
    if (name == NULL) {
        return BCN_NOMEM;
    }
    bcn_status status = BCN_OK;
    if (strong) {
        status = find_strong(network, component);
    } else {
        find_weak(network, component);
    }
    if (status == BCN_OK) {
        uint32_t known = 0;
        for (size_t i = 0; i < n; i++) {
            name[i] = UINT32_MAX;
        }
        for (size_t i = 0; i < n; i++) {
            uint32_t *given = &name[component[i]];
            if (*given == UINT32_MAX) {
                *given = known++;
            }
            component[i] = *given;
        }
        *number = known;
    }
    bcn_free(name);
    return status;
}
