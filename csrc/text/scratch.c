#include "text/scratch.h"

#include "base/memory.h"

typedef struct bcn_scratch_chunk {
    struct bcn_scratch_chunk *older;
    size_t size, used;
    char data[];
} chunk;

enum { FIRST_CHUNK = 16384 };

char *
bcn_scratch_take(bcn_scratch *scratch, size_t size)
{
    chunk *newest = scratch->chunk;
    if (newest == NULL || newest->size - newest->used < size) {
        size_t room = newest == NULL ? FIRST_CHUNK : newest->size;
        if (newest != NULL && !bcn_size_mul(room, 2, &room)) {
            return NULL;
        }
        room = room < size ? size : room;
        size_t bytes;
        if (!bcn_size_add(room, sizeof *newest, &bytes)) {
            return NULL;
        }
        newest = bcn_alloc(1, bytes);
        if (newest == NULL) {
            return NULL;
        }
        *newest = (chunk){scratch->chunk, room, 0};
        scratch->chunk = newest;
    }
    char *piece = newest->data + newest->used;
    newest->used += size;
    return piece;
}

static void
release(chunk *oldest)
{
    while (oldest != NULL) {
        chunk *older = oldest->older;
        bcn_free(oldest);
        oldest = older;
    }
}

void
bcn_scratch_reset(bcn_scratch *scratch)
{
    if (scratch->chunk != NULL) {
        release(scratch->chunk->older);
        scratch->chunk->older = NULL;
        scratch->chunk->used = 0;
    }
}

void
bcn_scratch_free(bcn_scratch *scratch)
{
    release(scratch->chunk);
    scratch->chunk = NULL;
}
