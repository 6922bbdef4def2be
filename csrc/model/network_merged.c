#include "model/network_merged.h"

bcn_status
bcn_merged_new(size_t count, size_t links, bcn_merged *out)
{
    out->from = bcn_alloc(count + 1, sizeof *out->from);
    out->node = bcn_alloc(links, sizeof *out->node);
    out->weight = bcn_alloc(links + 2 * count, sizeof *out->weight);
    if (out->from == NULL || out->node == NULL || out->weight == NULL) {
        return BCN_NOMEM;
    }
    out->sent = out->weight + links;
    out->received = out->sent + count;
    return BCN_OK;
}

void
bcn_merged_free(bcn_merged *merged)
{
    bcn_free(merged->from);
    bcn_free(merged->node);
    bcn_free(merged->weight);
}

void
bcn_merged_fill(bcn_merged *merged, const bcn_network *network)
{
    const bcn_arcs *out = &network->out, *in = &network->in;
    size_t at = 0;
    merged->count = network->count;
    for (size_t i = 0; i < merged->count; i++) {
        size_t a = out->from[i], b = in->from[i];
        merged->from[i] = at;
        while (a < out->from[i + 1] || b < in->from[i + 1]) {
            uint32_t to = a < out->from[i + 1] ? out->node[a] : UINT32_MAX;
            uint32_t of = b < in->from[i + 1] ? in->node[b] : UINT32_MAX;
            merged->node[at] = to < of ? to : of;
            merged->weight[at] = to <= of ? out->weight[a++] : 0;
            merged->weight[at++] += of <= to ? in->weight[b++] : 0;
        }
        merged->sent[i] = bcn_arcs_strength(out, i);
        merged->received[i] = bcn_arcs_strength(in, i);
    }
    merged->from[merged->count] = at;
}
