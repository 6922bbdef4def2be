/* tally_wire.h - the cells of a tally as bytes, in one form only.
 *
 * docs/format.md draws it.  Equal figures give equal bytes, on any machine;
 * buckets without figures are left out.  The reader takes that form alone, so
 * what it accepts it would write again, and it allocates no more than a small
 * multiple of the bytes that it was given. */
#ifndef BCN_TALLY_WIRE_H
#define BCN_TALLY_WIRE_H

#include "base/wire.h"
#include "model/tally.h"

/* Append the cells; BCN_CANCELLED, or BCN_NOMEM: then the writer has failed. */
BCN_MUST_USE bcn_status bcn_tally_write(const bcn_tally *tally,
                                        bcn_watch *watch, bcn_writer *writer);
/* BCN_CORRUPT in words for anything but what bcn_tally_write gives. */
BCN_MUST_USE bcn_status bcn_tally_read(const void *bytes, size_t length,
                                       bcn_watch *watch, bcn_tally **out,
                                       bcn_error *error);

#endif
