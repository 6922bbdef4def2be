#include "sketch/distinct_sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/memory.h"
#include "sketch/little.h"

enum { HEAD = 16, FEWEST_SLOTS = 16 };

bcn_distinct_sketch
bcn_distinct_sketch_new(unsigned bits)
{
    return (bcn_distinct_sketch){.bits = bits};
}

void
bcn_distinct_sketch_free(bcn_distinct_sketch *sketch)
{
    bcn_free(sketch->table);
    bcn_free(sketch->registers);
    *sketch = bcn_distinct_sketch_new(sketch->bits);
}

static size_t
registers_of(const bcn_distinct_sketch *s)
{
    return (size_t)1 << s->bits;
}

/* So many hashes are kept as they are. */
static size_t
room_of(const bcn_distinct_sketch *s)
{
    return registers_of(s) / 8;
}

static size_t
held(const bcn_distinct_sketch *s)
{
    return s->used + s->zero;
}

static void
note(uint8_t *registers, unsigned bits, uint64_t hash)
{
    size_t at = (size_t)(hash >> (64 - bits));
    uint64_t rest = hash << bits;
    unsigned rank = rest == 0 ? 64 - bits + 1 : 63 - bcn_bits_last(rest) + 1;
    if (rank > registers[at]) {
        registers[at] = (uint8_t)rank;
    }
}

/* The slot that holds the hash, or the free one where it would go. */
static size_t
slot_of(const uint64_t *table, size_t slots, uint64_t hash)
{
    size_t at = (size_t)(hash & (slots - 1));
    while (table[at] != 0 && table[at] != hash) {
        at = (at + 1) & (slots - 1);
    }
    return at;
}

/* Keep the table at most half full. */
static bcn_status
make_room(bcn_distinct_sketch *s)
{
    if (2 * (s->used + 1) <= s->slots) {
        return BCN_OK;
    }
    size_t slots = s->slots == 0 ? FEWEST_SLOTS : 2 * s->slots;
    uint64_t *table = bcn_calloc(slots, sizeof *table);
    if (table == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < s->slots; i++) {
        if (s->table[i] != 0) {
            table[slot_of(table, slots, s->table[i])] = s->table[i];
        }
    }
    bcn_free(s->table);
    s->table = table;
    s->slots = slots;
    return BCN_OK;
}

static void
note_all(uint8_t *registers, const bcn_distinct_sketch *s)
{
    for (size_t i = 0; i < s->slots; i++) {
        if (s->table[i] != 0) {
            note(registers, s->bits, s->table[i]);
        }
    }
    if (s->zero) {
        note(registers, s->bits, 0);
    }
}

static bcn_status
give_up_exactness(bcn_distinct_sketch *s)
{
    uint8_t *registers = bcn_calloc(registers_of(s), 1);
    if (registers == NULL) {
        return BCN_NOMEM;
    }
    note_all(registers, s);
    bcn_distinct_sketch_free(s);
    s->registers = registers;
    return BCN_OK;
}

bcn_status
bcn_distinct_sketch_add(bcn_distinct_sketch *s, uint64_t hash)
{
    if (s->registers == NULL) {
        bool known =
            hash == 0
                ? s->zero
                : s->slots > 0 &&
                      s->table[slot_of(s->table, s->slots, hash)] == hash;
        if (known) {
            return BCN_OK;
        }
        if (held(s) < room_of(s)) {
            if (hash == 0) {
                s->zero = true;
                return BCN_OK;
            }
            BCN_TRY(make_room(s));
            s->table[slot_of(s->table, s->slots, hash)] = hash;
            s->used++;
            return BCN_OK;
        }
        BCN_TRY(give_up_exactness(s));
    }
    note(s->registers, s->bits, hash);
    return BCN_OK;
}

static bcn_status
copy_of(const bcn_distinct_sketch *s, bcn_distinct_sketch *out)
{
    *out = *s;
    out->table = NULL;
    if (s->table != NULL) {
        out->table = bcn_alloc(s->slots, sizeof *s->table);
        if (out->table == NULL) {
            return BCN_NOMEM;
        }
        memcpy(out->table, s->table, s->slots * sizeof *s->table);
    }
    return BCN_OK;
}

/* Both exact: add one by one to a copy, which may stop being exact. */
static bcn_status
merge_exact(bcn_distinct_sketch *into, const bcn_distinct_sketch *from)
{
    bcn_distinct_sketch sum;
    BCN_TRY(copy_of(into, &sum));
    bcn_status status = from->zero ? bcn_distinct_sketch_add(&sum, 0) : BCN_OK;
    for (size_t i = 0; i < from->slots && status == BCN_OK; i++) {
        if (from->table[i] != 0) {
            status = bcn_distinct_sketch_add(&sum, from->table[i]);
        }
    }
    if (status != BCN_OK) {
        bcn_distinct_sketch_free(&sum);
        return status;
    }
    bcn_distinct_sketch_free(into);
    *into = sum;
    return BCN_OK;
}

bcn_status
bcn_distinct_sketch_merge(bcn_distinct_sketch *into,
                          const bcn_distinct_sketch *from)
{
    if (into->bits != from->bits) {
        return BCN_INVALID;
    }
    if (into->registers == NULL && from->registers == NULL) {
        return merge_exact(into, from);
    }
    if (into->registers == NULL) {
        BCN_TRY(give_up_exactness(into));
    }
    if (from->registers == NULL) {
        note_all(into->registers, from);
        return BCN_OK;
    }
    for (size_t i = 0; i < registers_of(into); i++) {
        if (from->registers[i] > into->registers[i]) {
            into->registers[i] = from->registers[i];
        }
    }
    return BCN_OK;
}

bool
bcn_distinct_sketch_exact(const bcn_distinct_sketch *s)
{
    return s->registers == NULL;
}

/* --- the estimate: Ertl 2017, algorithms 4 to 6 ------------------------------------ */

static double
sigma(double x)
{
    double y = 1, z = x, before;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z != before);
    return z;
}

static double
tau(double x)
{
    if (x <= 0 || x >= 1) {
        return 0;
    }
    double y = 1, z = 1 - x, before;
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
}

double
bcn_distinct_sketch_estimate(const bcn_distinct_sketch *s)
{
    if (s->registers == NULL) {
        return (double)held(s);
    }
    size_t counts[66] = {0};
    for (size_t i = 0; i < registers_of(s); i++) {
        counts[s->registers[i]]++;
    }
    double m = (double)registers_of(s);
    unsigned last = 64 - s->bits;
    double z = m * tau(1 - (double)counts[last + 1] / m);
    for (unsigned k = last; k >= 1; k--) {
        z = 0.5 * (z + (double)counts[k]);
    }
    z += m * sigma((double)counts[0] / m); /* never all: one was added */
    return 0.72134752044448170368 * m * m / z;
}

/* --- bytes: bits, kind, number; rising hashes or registers ------------------------- */

size_t
bcn_distinct_sketch_size(const bcn_distinct_sketch *s)
{
    return HEAD + (s->registers == NULL ? held(s) * 8 : registers_of(s));
}

static int
compare(const void *a, const void *b)
{
    uint64_t one, other;
    memcpy(&one, a, 8);
    memcpy(&other, b, 8);
    return (one > other) - (one < other);
}

void
bcn_distinct_sketch_write(const bcn_distinct_sketch *s, unsigned char *out)
{
    bool exact = s->registers == NULL;
    bcn_little_put(out, s->bits, 4);
    bcn_little_put(out + 4, exact ? 0 : 1, 4);
    bcn_little_put(out + 8, exact ? held(s) : registers_of(s), 8);
    out += HEAD;
    if (!exact) {
        memcpy(out, s->registers, registers_of(s));
        return;
    }
    /* In place: words of this machine, sorted, then little-endian. */
    size_t at = 0;
    for (size_t i = 0; i < s->slots; i++) {
        if (s->table[i] != 0) {
            memcpy(out + 8 * at++, &s->table[i], 8);
        }
    }
    if (s->zero) {
        memset(out + 8 * at++, 0, 8);
    }
    qsort(out, at, 8, compare);
    for (size_t i = 0; i < at; i++) {
        uint64_t word;
        memcpy(&word, out + 8 * i, 8);
        bcn_little_put(out + 8 * i, word, 8);
    }
}

static bcn_status
read_hashes(const unsigned char *bytes, size_t count, bcn_distinct_sketch *s)
{
    uint64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = bcn_little_get(bytes + 8 * i, 8);
        if (i > 0 && hash <= before) {
            return BCN_CORRUPT;
        }
        before = hash;
        BCN_TRY(bcn_distinct_sketch_add(s, hash));
    }
    return BCN_OK;
}

/* More than `room_of` different hashes left these registers; as few cannot
 * be told from their values but by how many are not 0 and how high. */
static bcn_status
read_registers(const unsigned char *bytes, bcn_distinct_sketch *s)
{
    size_t count = registers_of(s);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] > 64 - s->bits + 1) {
            return BCN_CORRUPT;
        }
        any = any || bytes[i] != 0;
    }
    if (!any) {
        return BCN_CORRUPT;
    }
    s->registers = bcn_alloc(count, 1);
    if (s->registers == NULL) {
        return BCN_NOMEM;
    }
    memcpy(s->registers, bytes, count);
    return BCN_OK;
}

bcn_status
bcn_distinct_sketch_read(const unsigned char *bytes, size_t length,
                         bcn_distinct_sketch *out)
{
    if (length < HEAD) {
        return BCN_CORRUPT;
    }
    uint64_t bits = bcn_little_get(bytes, 4);
    uint64_t kind = bcn_little_get(bytes + 4, 4);
    uint64_t count = bcn_little_get(bytes + 8, 8);
    if (bits < BCN_DISTINCT_BITS_MIN || bits > BCN_DISTINCT_BITS_MAX ||
        kind > 1) {
        return BCN_CORRUPT;
    }
    bcn_distinct_sketch made = bcn_distinct_sketch_new((unsigned)bits);
    if (count > (kind == 0 ? room_of(&made) : registers_of(&made)) ||
        (kind == 1 && count != registers_of(&made)) ||
        length != HEAD + count * (kind == 0 ? 8 : 1)) {
        return BCN_CORRUPT;
    }
    bcn_status status = kind == 0
                            ? read_hashes(bytes + HEAD, (size_t)count, &made)
                            : read_registers(bytes + HEAD, &made);
    if (status != BCN_OK) {
        bcn_distinct_sketch_free(&made);
        return status;
    }
    *out = made;
    return BCN_OK;
}
