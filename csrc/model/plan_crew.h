/* plan_crew.h - the workers that count rows into laid-out cells.
 *
 * Private to the plan family: plan_dense.c makes the crew ready and adds up
 * what it found, plan_count.c walks the rows.  There are three ways to keep
 * the figures while counting:
 *
 *   own      every worker has cells of its own, added up at the end: the way
 *            of small cubes;
 *   slices   time is in order and one clock is the outermost axis without
 *            going round: rows of one position are neighbours, so a worker
 *            counts them into a small buffer in its cache and writes each
 *            slice of the answer once.  The rows are cut where the position
 *            changes, so no two workers ever write the same slice;
 *   direct   one worker counts where the answer stays;
 *   parts    rows and cells are many, time in no order: see plan_part.c. */
#ifndef BCN_PLAN_CREW_H
#define BCN_PLAN_CREW_H

#include "model/plan_job.h"
#include "model/plan_sheet.h"

/* Counters of 32 or 64 bits, sums of 64 or 128; BOTH_64 has the sums of two
 * measures in the halves of 64 bits, taken apart before one is full. */
typedef enum bcn_form {
    COUNT_32,
    COUNT_64,
    SUM_64,
    SUM_WIDE,
    BOTH_64
} bcn_form;

/* A column of codes and its narrowed table. */
typedef struct bcn_look {
    const char *codes;
    int width; /* 1, 2 or 4 */
    const uint32_t *table;
} bcn_look;

enum {
    BCN_PART = 1 << 16,                                  /* cells */
    BCN_LOOKS_MAX = BCN_PLAN_TERMS + BCN_PLAN_DIALS + 1, /* and a range */
    BCN_CUTS_MAX = 64
};

#define BCN_NO_SLICE UINT64_MAX

typedef struct bcn_share {
    void *table;      /* lanes of cells, each with BCN_SPILL behind */
    bcn_block *block; /* which holds them, unless they are the answer */
    bcn_status status;
    /* slices: the one in the table, the piece of work that it is of, and the
     * first cell of that not yet written */
    uint64_t slice, fresh;
    size_t piece;
    bcn_block *pairs;     /* counted but not sent yet, for cells from */
    uint32_t pair_offset; /* on */
    bool pairs_wait;
    bcn_block *duos;     /* BCN_DUOS counters behind 256 bins, which hold */
    uint32_t duo_offset; /* rows not sent yet, for cells from here on */
    size_t duo_rows;
    bcn_block *sums;  /* BOTH_64: of each measure, and the rows whose sums */
    size_t both_rows; /* are still in the table */
    uint64_t nonzero; /* cells written that are not 0 */
    /* rows [row, row + waiting) with the offsets of their clocks */
    size_t row, waiting;
    uint32_t cells[BCN_CELLS_BLOCK];
} bcn_share;

typedef struct bcn_parts bcn_parts;

typedef struct bcn_crew {
    const bcn_job *job;
    bcn_form form;
    bool fused; /* one to three columns of bytes, perhaps words */
    bool parted;
    /* One column of wide codes among them, as slots of time are. */
    const uint16_t *words;
    const uint32_t *word_table;
    unsigned word_shift;
    bool unbound;       /* no sum of looks leaves a lane */
    bool histogram;     /* one column of bytes: */
    uint8_t known[256]; /* its codes that are counted */
    size_t known_count;
    /* Two columns of bytes, and perhaps one that only keeps or leaves out:
     * counted as pairs, which are sent to their cells once. */
    bool paired;
    const uint8_t *pair_by; /* NULL: all are kept */
    uint32_t pair_kept[256];
    uint8_t picks[BCN_PICKS]; /* the codes of pair_by that are kept, */
    size_t pick_count;        /* 0: more than a pick compares */
    bool ranged;    /* the words are slots, which only keep or leave out */
    bool bare;      /* nothing but the clocks of the run, counted */
    uint32_t limit; /* cells of a table: all, or a slice's */
    bcn_look looks[BCN_LOOKS_MAX];
    size_t look_count;
    bcn_dial dials[BCN_PLAN_DIALS]; /* row by row */
    size_t dial_count;
    bcn_looks quick;         /* when fused */
    size_t lane_count, lane; /* lanes and the cells from one to the next */
    size_t lanes[BCN_LANES];
    uint64_t span; /* cells of a slice; 0: not by slices */
    /* Pieces of work: rows [cuts[i], cuts[i + 1]), by slices those of the
     * cells [cells[i], cells[i + 1]). */
    size_t cuts[BCN_CUTS_MAX + 1];
    uint64_t cells[BCN_CUTS_MAX + 1];
    size_t cut_count;
    atomic_size_t next;
    bcn_parts *parts;    /* or NULL */
    bool on_sheet;       /* the answer is written slice by slice, or part by */
    bcn_sheet sheet;     /* part, in regions that are pieces or parts; */
    int64_t *low, *high; /* otherwise, and when it is wide, here */
    int64_t *also;       /* the answer to a second measure */
    size_t both_rows;    /* whose sums fit half a word */
    bcn_share *shares;
    size_t workers;
    size_t folders; /* workers that add up */
} bcn_crew;

/* bcn_task: take pieces until none is left. */
void bcn_crew_work(void *crew, size_t worker);
/* Try to cut the rows for slices: false when the question is not of the kind,
 * and nothing has changed. */
bool bcn_crew_cut(bcn_crew *crew);

/* plan_part.c: does it pay, and what does it take besides the answer? */
bool bcn_parts_pay(const bcn_job *job);
uint64_t bcn_parts_bytes(const bcn_job *job);
BCN_MUST_USE bcn_status bcn_parts_new(const bcn_job *job, size_t workers,
                                      bcn_parts **out);
void bcn_parts_free(bcn_parts *parts); /* NULL is fine */
/* Deal out rows; those at or past `limit` are not counted. */
void bcn_parts_deal(bcn_parts *parts, size_t worker, uint32_t limit,
                    const uint32_t *cells, size_t count);
/* bcn_task: count parts and write them until none is left. */
void bcn_parts_work(void *crew, size_t worker);

/* plan_bins.c: the measures of the rows from `row` on. */
const void *bcn_crew_measure(const bcn_crew *crew, size_t row);
bcn_both bcn_crew_both(const bcn_crew *crew, size_t row);
/* Add rows to a cell; then, for rows [begin, end) and cells from `offset` on:
 * few different bytes, many, many in long runs, sums by them, pairs. */
void bcn_crew_add(const bcn_crew *crew, bcn_share *mine, uint32_t cell,
                  uint64_t rows);
void bcn_crew_few(const bcn_crew *crew, bcn_share *mine, size_t begin,
                  size_t end, uint32_t offset);
void bcn_crew_bins(const bcn_crew *crew, bcn_share *mine, size_t begin,
                   size_t end, uint32_t offset);
/* False, and nothing is counted, without memory. */
bool bcn_crew_duos(const bcn_crew *crew, bcn_share *mine, size_t begin,
                   size_t end, uint32_t offset);
void bcn_crew_sum_bins(const bcn_crew *crew, bcn_share *mine, size_t begin,
                       size_t end, uint32_t offset);
void bcn_crew_both_bins(const bcn_crew *crew, bcn_share *mine, size_t begin,
                        size_t end, uint32_t offset);
void bcn_crew_pairs(const bcn_crew *crew, bcn_share *mine, size_t begin,
                    size_t end, uint32_t offset);
/* Send what waits to its cells. */
void bcn_crew_send_duos(const bcn_crew *crew, bcn_share *mine);
void bcn_crew_send_pairs(const bcn_crew *crew, bcn_share *mine);

/* plan_slice.c: write the slice in the table to the answer and clear the
 * table; and, when a piece has ended, zeros past its last slice. */
void bcn_crew_write_slice(bcn_crew *crew, bcn_share *mine);
void bcn_crew_end_piece(bcn_crew *crew, bcn_share *mine);

/* plan_both.c: take the sums of two measures apart, and add them up over all
 * workers. */
void bcn_both_part(const bcn_crew *crew, bcn_share *mine);
void bcn_both_fold(const bcn_crew *crew);

/* plan_tables.c: copy the tables to 32 bits, which all offsets of a dense
 * question fit; they live in `block`, the caller's to drop. */
BCN_MUST_USE bcn_status bcn_crew_tables(bcn_crew *crew, bcn_block **block);
/* Which of the loops can answer, and the lanes they count in. */
void bcn_crew_loop(bcn_crew *crew, bool direct);

#endif
