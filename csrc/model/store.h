/* store.h - one column of a log in the making.
 *
 * A store grows at its end and is as narrow as its values allow: labels take
 * one byte while codes fit, whole numbers one, two, four or eight.  It widens
 * in place when a larger value comes, so the memory of a log is near the size
 * of its information, and no second pass is needed.
 *
 * Appending has two steps, so that a refused batch leaves nothing behind:
 * put() writes rows behind the end, where nobody looks; keep() moves the end,
 * skipping the rows that were refused. */
#ifndef BCN_STORE_H
#define BCN_STORE_H

#include "base/memory.h"
#include "model/schema.h"

/* In bcn_dictionary.codes and in what resolving gives: the reason a text has
 * no code.  Above every real code.  BCN_NONE stands for a text that says that
 * nothing is stated. */
#define BCN_REFUSED UINT32_C(0xffffff00)

typedef struct bcn_array {
    void *data;
    size_t capacity; /* in elements */
} bcn_array;

typedef struct bcn_store {
    bcn_field field;
    bool present; /* some source had this column */
    size_t rows;
    /* labels, times, numbers, ids as numbers: elements of `width` bytes */
    bcn_array values;
    unsigned width;
    /* numbers: one bit per row, 1 = stated; allocated at the first missing */
    bcn_array stated;
    size_t missing;
    /* ids as texts: row i is bytes[ends[i-1] .. ends[i]); a missing id has a
     * zero bit in `stated` */
    bool texts;
    bcn_array ends; /* uint64_t */
    bcn_array bytes;
    /* labels: what each text met so far stands for, asked once per text;
     * `owner` is the store whose `known` counts, mostly this one */
    struct bcn_store *owner;
    bcn_labels *known;
    uint32_t *codes;
    size_t code_capacity;
    bcn_labels *unstated; /* texts that say nothing; NULL: none */
    /* of what is stated: bounds (of numbers possibly too wide, never too
     * narrow), and for times and ids whether they never decrease */
    int64_t minimum, maximum;
    bool sorted, rising; /* never falls; always rises */
    bool dates;          /* some times were dates without hours */
    int64_t last;        /* of times and number ids */
} bcn_store;

void bcn_store_init(bcn_store *store, const bcn_field *field);
void bcn_store_free(bcn_store *store); /* any zeroed part is fine */
/* Begin again without rows; what labels mean stays. */
void bcn_store_renew(bcn_store *store);

/* The code that stands for "not stated" in a label column of this width. */
static inline uint32_t
bcn_unstated(unsigned width)
{
    return width == 1 ? 0xffu : 0xffffu;
}

/* Make a column that appears only now hold `rows` missing values. */
BCN_MUST_USE bcn_status bcn_store_pad(bcn_store *store, size_t rows);

/* Write the rows of a slice behind the end; `skip` marks rows (NULL: none)
 * whose values may be anything.  Fails only for want of memory. */
BCN_MUST_USE bcn_status bcn_store_put(bcn_store *store, const bcn_slice *slice,
                                      size_t rows, const uint8_t *skip);

/* The same of labels, saying in the same pass whether any of the rows may have
 * to be refused. */
BCN_MUST_USE bcn_status bcn_store_put_labels(bcn_store *store,
                                             const bcn_slice *slice,
                                             size_t rows, bool *doubt);

/* Take in the rows that were put, less those marked in `skip`. */
void bcn_store_keep(bcn_store *store, size_t rows, const uint8_t *skip);

/* Take out the rows listed in `gone`, in rising order (for duplicates). */
void bcn_store_drop(bcn_store *store, const uint32_t *gone, size_t count);

/* The value of a row: of a label its code, of a number or time itself.  Ids as
 * texts through bcn_store_text. */
int64_t bcn_store_value(const bcn_store *store, size_t row);
bool bcn_store_stated(const bcn_store *store, size_t row);
bcn_bytes bcn_store_text(const bcn_store *store, size_t row);
/* Do two rows hold the same, missing included? */
bool bcn_store_same(const bcn_store *store, size_t a, size_t b);

/* The order of texts: by bytes, which is that of code points. */
int bcn_text_compare(bcn_bytes a, bcn_bytes b);

#endif
