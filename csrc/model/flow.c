#include "model/flow.h"

/* The sum and the links of a row or a column. */
typedef struct margin {
    bcn_wide sum;
    uint64_t links;
} margin;

static void
add_to(margin *at, bcn_wide value)
{
    at->sum = bcn_wide_add(at->sum, value);
    at->links++;
}

static bcn_wide
larger(bcn_wide a, bcn_wide b)
{
    return bcn_wide_compare(a, b) < 0 ? b : a;
}

static void
read_margins(const margin *margins, size_t count, uint64_t *seen,
             bcn_wide *most, uint64_t *fan)
{
    for (size_t i = 0; i < count; i++) {
        *seen += margins[i].links > 0;
        *most = larger(*most, margins[i].sum);
        *fan = margins[i].links > *fan ? margins[i].links : *fan;
    }
}

/* One link between two different members. */
static void
read_pair(const bcn_cube *cube, uint64_t reverse, bcn_wide value,
          bcn_flow *flow)
{
    bcn_wide back = bcn_cube_item(cube, reverse);
    flow->weight = bcn_wide_add(flow->weight, value);
    flow->pair_links++;
    if ((back.low | (uint64_t)back.high) != 0) {
        bcn_wide least = bcn_wide_compare(back, value) < 0 ? back : value;
        flow->mutual_links++;
        flow->mutual_weight = bcn_wide_add(flow->mutual_weight, least);
    }
}

bcn_status
bcn_flow_read(const bcn_cube *cube, const uint8_t *mask, bcn_flow *out,
              bcn_error *error)
{
    if (cube->shape.ndim != 2 || cube->shape.dims[0] != cube->shape.dims[1]) {
        return bcn_fail(error, BCN_INVALID,
                        "a flow has as many senders as receivers");
    }
    size_t count = (size_t)cube->shape.dims[0];
    margin *rows = bcn_calloc(2 * count, sizeof *rows);
    if (rows == NULL) {
        return BCN_NOMEM;
    }
    margin *columns = rows + count;
    bcn_flow flow = {.links = 0};
    bcn_walk walk = {.cube = cube};
    while (bcn_walk_next(&walk)) {
        uint64_t i = walk.index / count, j = walk.index % count;
        add_to(&rows[i], walk.value);
        add_to(&columns[j], walk.value);
        flow.links++;
        flow.messages = bcn_wide_add(flow.messages, walk.value);
        flow.max_link = larger(flow.max_link, walk.value);
        if (i == j) {
            flow.self = bcn_wide_add(flow.self, walk.value);
        } else if (mask == NULL || (mask[i] != 0 && mask[j] != 0)) {
            read_pair(cube, j * count + i, walk.value, &flow);
        }
    }
    read_margins(rows, count, &flow.senders, &flow.max_sent,
                 &flow.max_fan_out);
    read_margins(columns, count, &flow.receivers, &flow.max_received,
                 &flow.max_fan_in);
    bcn_free(rows);
    *out = flow;
    return BCN_OK;
}
