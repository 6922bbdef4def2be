/* store_note.c - what a store knows of its values without looking again. */
#include "base/order.h"
#include "model/store_ids.h"

static void
note_times(bcn_store *store, size_t from, size_t end)
{
    const int64_t *values = store->values.data;
    int64_t last = store->last, minimum = store->minimum;
    int64_t maximum = store->maximum;
    bool sorted = true, rising = true;
    if (from == end) {
        return;
    }
    if (from == 0) {
        last = INT64_MIN;
    }
    bcn_order order = {false, false};
    if (store->sorted) {
        order = bcn_order_of(values + from, end - from);
    }
    if (order.sorted) {
        sorted = values[from] >= last;
        rising = order.rising && values[from] > last;
        last = values[end - 1];
        minimum = values[from] < minimum ? values[from] : minimum;
        maximum = last > maximum ? last : maximum;
        from = end;
    }
    for (size_t i = from; i < end; i++) {
        int64_t value = values[i];
        sorted &= value >= last;
        rising &= value > last;
        last = value;
        maximum = value > maximum ? value : maximum;
        /* a missing time sorts first and is no minimum */
        minimum = value < minimum && value != BCN_MISSING ? value : minimum;
    }
    store->last = last;
    store->sorted = store->sorted && sorted;
    store->rising = store->rising && rising;
    store->minimum = minimum;
    store->maximum = maximum;
}

/* Their bounds were noted when they were put; dropping rows may leave them
 * wider than need be, which harms nobody. */
static void
note_numbers(bcn_store *store, size_t from, size_t end)
{
    for (size_t i = from; store->stated.data != NULL && i < end; i++) {
        store->missing += !bcn_bit(store->stated.data, i);
    }
}

static void
note_texts(bcn_store *store, size_t from, size_t end)
{
    for (size_t i = from; i < end && store->sorted; i++) {
        bcn_bytes text = bcn_store_text(store, i);
        if (text.data == NULL) {
            store->sorted = store->rising = false;
        } else if (i > 0) {
            bcn_bytes before = bcn_store_text(store, i - 1);
            int order = bcn_text_compare(before, text);
            store->sorted = order <= 0;
            store->rising = store->rising && order < 0;
        }
    }
}

void
bcn_store_note(bcn_store *store, size_t from, size_t end)
{
    switch (store->field.kind) {
    case BCN_LABEL:
        break;
    case BCN_INTEGER:
        note_numbers(store, from, end);
        break;
    default:
        if (store->texts) {
            note_texts(store, from, end);
        } else {
            note_times(store, from, end);
        }
    }
}
