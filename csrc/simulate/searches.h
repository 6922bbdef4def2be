/* searches.h - a synthetic year of searches in the databases.
 *
 * The caller says exactly how many searches each database gets, how much each
 * bureau uses it, how often it hits, and the shapes of weeks and of the year,
 * all in whole numbers.  The year comes out in one of two ways: weighted, a
 * row for each hour, bureau and database that met, with how many searches and
 * hits it stands for; or single, a row for each search at its microsecond,
 * with a hit or without.  Both are the same year: adding up the single rows
 * of a cell gives its weighted row.
 *
 * How: the searches of a database are split over the hours, then those of an
 * hour over the bureaus, each in proportion to a weight with some noise on it
 * and each by systematic sampling: the weights laid end to end and cut at
 * equal steps from a random start.  So every split adds up exactly, and the
 * expectation of every part is its share even where that is far below 1.
 * Hits arrive as events of a Poisson process whose clock runs with the
 * searches; the gaps are exponential by the method of von Neumann (1951),
 * which compares whole numbers and takes no logarithm.
 *
 * What always holds: the searches of a database add up to what was asked;
 * hits never exceed searches, of a cell and so of any sum; rows ascend by
 * time; a bureau of weight 0, or before its first day, searches nothing; the
 * same world and seed give the same bytes on every platform.
 *
 * Cost, on one thread: some 15 ns for each of hours x bureaus x databases in
 * use, 20 ns a hit and 50 ns a single row; 18 bytes a row. */
#ifndef BCN_SEARCHES_H
#define BCN_SEARCHES_H

#include "simulate/simulate.h"

enum { BCN_DATABASES = 64, BCN_OWN_WEEK = 255 };
#define BCN_SEARCHES_MOST (UINT64_C(1) << 37)

typedef struct bcn_search_world {
    bcn_world
        world; /* of it: bureaus, offset, week, since, hours, start ... */
    size_t databases;         /* 1 .. 64 */
    const uint64_t *searches; /* of each: exactly so many; 2^37 in all */
    const uint8_t *rhythm;    /* of each: a week for all, or BCN_OWN_WEEK */
    const uint16_t *weight;   /* databases x bureaus: how much each uses it */
    const uint32_t *rate;     /* databases x bureaus: hits in 1,000,000 */
    const uint16_t *day;      /* databases x days: how busy each day is */
} bcn_search_world;

typedef struct bcn_searches {
    size_t rows;
    bcn_block *searched_at; /* int64_t, microseconds UTC, ascending */
    bcn_block *bureau;      /* uint8_t */
    bcn_block *database;    /* uint8_t */
    bcn_block *searches;    /* uint32_t, above 0; 1 in single rows */
    bcn_block *hits;        /* uint32_t, at most searches */
} bcn_searches;

/* Make the year, in single rows or weighted.  BCN_INVALID or BCN_RANGE, with
 * words, for a world that cannot search so much; on any failure *year is left
 * all zero. */
BCN_MUST_USE bcn_status bcn_searches_new(bcn_searches *year,
                                         const bcn_search_world *world,
                                         bool single, uint64_t seed,
                                         bcn_watch *watch, bcn_error *error);
void bcn_searches_free(bcn_searches *year); /* any zeroed part is fine */

#endif
