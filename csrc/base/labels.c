#include "base/labels.h"

#include "base/memory.h"

typedef struct entry {
    size_t start;
    size_t length;
    uint64_t hash;
} entry;

struct bcn_labels {
    char *arena;
    size_t arena_used, arena_capacity;
    entry *entries;
    size_t count, entry_capacity;
    uint32_t *slots; /* number, or BCN_NONE; a power of two of them */
    size_t slot_count;
};

enum { FIRST_SLOTS = 64 };

static uint32_t *
slots_new(size_t count)
{
    uint32_t *slots = bcn_alloc(count, sizeof *slots);
    if (slots != NULL) {
        memset(slots, 0xff, count * sizeof *slots);
    }
    return slots;
}

bcn_labels *
bcn_labels_new(void)
{
    bcn_labels *labels = bcn_calloc(1, sizeof *labels);
    if (labels == NULL) {
        return NULL;
    }
    labels->slot_count = FIRST_SLOTS;
    labels->slots = slots_new(labels->slot_count);
    if (labels->slots == NULL) {
        bcn_labels_free(labels);
        return NULL;
    }
    return labels;
}

bcn_labels *
bcn_labels_copy(const bcn_labels *labels)
{
    bcn_labels *copy = bcn_labels_new();
    for (uint32_t i = 0; copy != NULL && i < labels->count; i++) {
        uint32_t number;
        if (bcn_labels_add(copy, bcn_labels_text(labels, i), &number)) {
            bcn_labels_free(copy);
            copy = NULL;
        }
    }
    return copy;
}

void
bcn_labels_free(bcn_labels *labels)
{
    if (labels != NULL) {
        bcn_free(labels->arena);
        bcn_free(labels->entries);
        bcn_free(labels->slots);
        bcn_free(labels);
    }
}

size_t
bcn_labels_count(const bcn_labels *labels)
{
    return labels->count;
}

bcn_bytes
bcn_labels_text(const bcn_labels *labels, uint32_t number)
{
    const entry *found = &labels->entries[number];
    return (bcn_bytes){labels->arena + found->start, found->length};
}

/* The slot that holds the text, or the free one where it would go. */
static size_t
slot_of(const bcn_labels *labels, bcn_bytes text, uint64_t hash)
{
    size_t mask = labels->slot_count - 1;
    size_t slot = (size_t)hash & mask;
    while (labels->slots[slot] != BCN_NONE) {
        uint32_t number = labels->slots[slot];
        if (labels->entries[number].hash == hash &&
            bcn_bytes_equal(bcn_labels_text(labels, number), text)) {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slot;
}

uint32_t
bcn_labels_find(const bcn_labels *labels, bcn_bytes text)
{
    uint64_t hash = bcn_hash(text.data, text.length);
    return labels->slots[slot_of(labels, text, hash)];
}

static bcn_status
widen(bcn_labels *labels)
{
    size_t count = labels->slot_count * 2;
    uint32_t *slots = slots_new(count);
    if (slots == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < labels->count; i++) {
        size_t slot = (size_t)labels->entries[i].hash & (count - 1);
        while (slots[slot] != BCN_NONE) {
            slot = (slot + 1) & (count - 1);
        }
        slots[slot] = (uint32_t)i;
    }
    bcn_free(labels->slots);
    labels->slots = slots;
    labels->slot_count = count;
    return BCN_OK;
}

bcn_status
bcn_labels_add(bcn_labels *labels, bcn_bytes text, uint32_t *number)
{
    uint64_t hash = bcn_hash(text.data, text.length);
    size_t slot = slot_of(labels, text, hash);
    if (labels->slots[slot] != BCN_NONE) {
        *number = labels->slots[slot];
        return BCN_OK;
    }
    size_t needed;
    if (labels->count >= BCN_NONE - 1 ||
        !bcn_size_add(labels->arena_used, text.length, &needed)) {
        return BCN_NOMEM;
    }
    /* at least a byte, so that even an empty text has an address */
    BCN_TRY(bcn_grow((void **)&labels->arena, &labels->arena_capacity,
                     needed != 0 ? needed : 1, 1));
    BCN_TRY(bcn_grow((void **)&labels->entries, &labels->entry_capacity,
                     labels->count + 1, sizeof *labels->entries));
    if ((labels->count + 1) * 2 > labels->slot_count) {
        BCN_TRY(widen(labels));
        slot = slot_of(labels, text, hash);
    }
    if (text.length != 0) {
        memcpy(labels->arena + labels->arena_used, text.data, text.length);
    }
    labels->entries[labels->count] =
        (entry){labels->arena_used, text.length, hash};
    labels->arena_used = needed;
    labels->slots[slot] = (uint32_t)labels->count;
    *number = (uint32_t)labels->count++;
    return BCN_OK;
}
