/* labels.h - texts numbered in the order of their first appearance.
 *
 * The way from a label to a small integer.  A table only grows; a text's
 * number never changes.  One thread writes; any number may read a table that
 * nobody is writing.  Find and add take one probe on average, over bytes kept
 * in one arena.  A table of a bureau's codes takes about 10 KiB. */
#ifndef BCN_LABELS_H
#define BCN_LABELS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"

#define BCN_NONE UINT32_MAX /* no label: missing, or not in the table */

typedef struct bcn_labels bcn_labels;

BCN_MUST_USE bcn_labels *bcn_labels_new(void);
BCN_MUST_USE bcn_labels *bcn_labels_copy(const bcn_labels *labels);
void bcn_labels_free(bcn_labels *labels);
size_t bcn_labels_count(const bcn_labels *labels);
/* The text of a number; it stays where it is until the next add. */
bcn_bytes bcn_labels_text(const bcn_labels *labels, uint32_t number);
/* The number of a text, or BCN_NONE. */
uint32_t bcn_labels_find(const bcn_labels *labels, bcn_bytes text);
/* Is a text in the table?  Without a table none is. */
static inline bool
bcn_labels_has(const bcn_labels *labels, bcn_bytes text)
{
    return labels != NULL && bcn_labels_find(labels, text) != BCN_NONE;
}
/* The number of a text, added if it is new. */
BCN_MUST_USE bcn_status bcn_labels_add(bcn_labels *labels, bcn_bytes text,
                                       uint32_t *number);

#endif
