#include "model/flow.h"

#include "kernel/margins.h"
#include "model/cube_read.h"

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

/* What is not a link is not among the largest: of links below 0 the largest
 * is below 0. */
static bcn_wide
larger(bcn_wide a, bcn_wide b, bool first)
{
    return first || bcn_wide_compare(a, b) < 0 ? b : a;
}

static void
read_margins(const margin *margins, size_t count, uint64_t *seen,
             bcn_wide *most, uint64_t *fan)
{
    for (size_t i = 0; i < count; i++) {
        if (margins[i].links > 0) {
            *most = larger(*most, margins[i].sum, *seen == 0);
            *seen += 1;
            *fan = margins[i].links > *fan ? margins[i].links : *fan;
        }
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

/* --- the common case: dense cells whose sums all fit int64_t -------------- */

/* The largest cell that is not 0, where none is above it. */
static int64_t
largest_below(const int64_t *cells, size_t count)
{
    int64_t largest = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        largest = cells[i] != 0 && cells[i] > largest ? cells[i] : largest;
    }
    return largest;
}

/* What is between different members, in squares of cells so that both
 * directions of a pair stay in cache. */
static void
read_pairs(const int64_t *cells, size_t count, const uint8_t *mask,
           bcn_flow *flow)
{
    enum { SIDE = 16 };
    int64_t weight = 0, mutual = 0, links = 0, both = 0;
    for (size_t top = 0; top < count; top += SIDE) {
        for (size_t left = top; left < count; left += SIDE) {
            size_t below = top + SIDE < count ? top + SIDE : count;
            size_t right = left + SIDE < count ? left + SIDE : count;
            for (size_t i = top; i < below; i++) {
                if (mask != NULL && mask[i] == 0) {
                    continue;
                }
                for (size_t j = left > i ? left : i + 1; j < right; j++) {
                    int64_t in = mask == NULL || mask[j] != 0;
                    int64_t a = in ? cells[i * count + j] : 0;
                    int64_t b = in ? cells[j * count + i] : 0;
                    int64_t there = a != 0, back = b != 0;
                    weight += a + b;
                    links += there + back;
                    both += there & back;
                    mutual += (there & back) != 0 ? (a < b ? a : b) : 0;
                }
            }
        }
    }
    flow->weight = bcn_wide_of(weight);
    flow->pair_links = (uint64_t)links;
    flow->mutual_weight = bcn_wide_of(2 * mutual);
    flow->mutual_links = 2 * (uint64_t)both;
}

static bcn_status
read_dense(const bcn_cube *cube, const uint8_t *mask, bool pairs,
           bcn_flow *out)
{
    size_t count = (size_t)cube->shape.dims[0];
    bcn_block *laid = NULL;
    BCN_TRY(bcn_cube_lay(cube, 0, &laid, NULL));
    const int64_t *cells = bcn_block_data(laid);
    int64_t *sums = bcn_calloc(4 * count, sizeof *sums);
    if (sums == NULL) {
        bcn_block_drop(laid);
        return BCN_NOMEM;
    }
    bcn_margins margins = {sums + 2 * count, sums + 3 * count, sums,
                           sums + count, 0};
    bcn_margins_best()(cells, count, &margins);
    int64_t messages = 0, self = 0, largest = margins.largest;
    int64_t sent = INT64_MIN, received = INT64_MIN;
    bcn_flow flow = {.links = 0};
    for (size_t i = 0; i < count; i++) {
        int64_t sum = margins.row_sum[i];
        int64_t met = (int64_t)count - margins.row_zeros[i];
        messages += sum;
        self += cells[i * count + i];
        sent = met != 0 && sum > sent ? sum : sent;
        flow.links += (uint64_t)met;
        flow.senders += met != 0;
        flow.max_fan_out = (uint64_t)met > flow.max_fan_out ? (uint64_t)met
                                                            : flow.max_fan_out;
    }
    for (size_t j = 0; j < count; j++) {
        uint64_t met = count - (uint64_t)margins.column_zeros[j];
        received = met != 0 && sums[j] > received ? sums[j] : received;
        flow.receivers += met != 0;
        flow.max_fan_in = met > flow.max_fan_in ? met : flow.max_fan_in;
    }
    bcn_free(sums);
    flow.messages = bcn_wide_of(messages);
    flow.self = bcn_wide_of(self);
    if (flow.links > 0) {
        if (largest == 0) {
            largest = largest_below(cells, count * count);
        }
        flow.max_link = bcn_wide_of(largest);
        flow.max_sent = bcn_wide_of(sent);
        flow.max_received = bcn_wide_of(received);
    }
    if (pairs) {
        read_pairs(cells, count, mask, &flow);
    }
    bcn_block_drop(laid);
    *out = flow;
    return BCN_OK;
}

bcn_status
bcn_flow_read(const bcn_cube *cube, const uint8_t *mask, bool pairs,
              bcn_flow *out, bcn_error *error)
{
    if (cube->shape.ndim != 2 || cube->shape.dims[0] != cube->shape.dims[1]) {
        return bcn_fail(error, BCN_INVALID,
                        "a flow has as many senders as receivers");
    }
    /* Of negative cells the smaller of a pair counts twice. */
    if (!bcn_cube_sparse(cube) && cube->high == NULL &&
        cube->mass <= INT64_MAX / 2) {
        return read_dense(cube, mask, pairs, out);
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
        flow.max_link = larger(flow.max_link, walk.value, flow.links == 0);
        flow.links++;
        flow.messages = bcn_wide_add(flow.messages, walk.value);
        if (i == j) {
            flow.self = bcn_wide_add(flow.self, walk.value);
        } else if (pairs && (mask == NULL || (mask[i] != 0 && mask[j] != 0))) {
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
