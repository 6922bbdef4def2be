/* groups.h - which rows are one message.
 *
 * A message to several bureaus is several rows with one id and one sender.
 * Its group is the number of its first row; a row without an id is a group of
 * its own.  One search for equal ids (duplicates.h), four bytes a row. */
#ifndef BCN_GROUPS_H
#define BCN_GROUPS_H

#include "model/log.h"

#define BCN_NO_SENDER SIZE_MAX /* the id alone says which message it is */

/* For each row the row where its message stands first: a column of width 4 in
 * `block`, which the caller drops.  `id` and `sender` are column numbers. */
BCN_MUST_USE bcn_status bcn_groups_new(const bcn_log *log, size_t id,
                                       size_t sender, size_t workers,
                                       bcn_watch *watch, bcn_block **block,
                                       bcn_column *column);

#endif
