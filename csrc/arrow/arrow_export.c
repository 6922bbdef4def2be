#include "arrow/arrow_export.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

typedef struct field {
    char *name;
    char *format;
    bcn_arrow_buffer buffers[3]; /* validity, data, bytes */
    size_t buffer_count;
    int64_t nulls;
    bool has_labels;
    bcn_arrow_texts labels;
} field;

struct bcn_arrow_table {
    atomic_size_t owners;
    size_t rows, count;
    field *fields;
};

static char *
copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = bcn_alloc(size, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

static bcn_arrow_buffer
keep(bcn_arrow_buffer buffer)
{
    if (buffer.owner != NULL) {
        (void)bcn_block_keep(buffer.owner);
    }
    return buffer;
}

bcn_arrow_table *
bcn_arrow_table_new(const bcn_arrow_field *fields, size_t count, size_t rows)
{
    bcn_arrow_table *table = bcn_calloc(1, sizeof *table);
    if (table == NULL) {
        return NULL;
    }
    atomic_init(&table->owners, 1);
    table->rows = rows;
    table->fields = bcn_calloc(count, sizeof *table->fields);
    if (table->fields == NULL) {
        goto fail;
    }
    for (size_t i = 0; i < count; i++) {
        const bcn_arrow_field *from = &fields[i];
        field *to = &table->fields[i];
        table->count = i + 1;
        to->buffers[0] = keep(from->validity);
        to->buffers[1] = keep(from->data);
        to->buffers[2] = keep(from->bytes);
        to->buffer_count = strcmp(from->format, "u") == 0 ? 3 : 2;
        to->nulls = from->nulls;
        if (from->labels != NULL) {
            to->has_labels = true;
            to->labels = *from->labels;
            (void)keep(to->labels.offsets);
            (void)keep(to->labels.bytes);
        }
        to->name = copy_text(from->name);
        to->format = copy_text(from->format);
        if (to->name == NULL || to->format == NULL) {
            goto fail;
        }
    }
    return table;

fail:
    bcn_arrow_table_drop(table);
    return NULL;
}

bcn_arrow_table *
bcn_arrow_table_keep(bcn_arrow_table *table)
{
    atomic_fetch_add_explicit(&table->owners, 1, memory_order_relaxed);
    return table;
}

void
bcn_arrow_table_drop(bcn_arrow_table *table)
{
    if (table == NULL || atomic_fetch_sub_explicit(
                             &table->owners, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        field *old = &table->fields[i];
        for (size_t b = 0; b < 3; b++) {
            bcn_block_drop(old->buffers[b].owner);
        }
        bcn_block_drop(old->labels.offsets.owner);
        bcn_block_drop(old->labels.bytes.owner);
        bcn_free(old->name);
        bcn_free(old->format);
    }
    bcn_free(table->fields);
    bcn_free(table);
}

size_t
bcn_arrow_table_rows(const bcn_arrow_table *table)
{
    return table->rows;
}

size_t
bcn_arrow_table_count(const bcn_arrow_table *table)
{
    return table->count;
}

/* --- schemas: a node owns its words and the room of its children --- */

typedef struct schema_node {
    char *format, *name;
    struct ArrowSchema *rooms; /* the children's, in one piece */
    struct ArrowSchema **children;
    struct ArrowSchema dictionary;
} schema_node;

static void
schema_release(struct ArrowSchema *schema)
{
    schema_node *node = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct ArrowSchema *child = schema->children[i];
        if (child->release != NULL) {
            child->release(child);
        }
    }
    if (schema->dictionary != NULL && schema->dictionary->release != NULL) {
        schema->dictionary->release(schema->dictionary);
    }
    bcn_free(node->format);
    bcn_free(node->name);
    bcn_free(node->rooms);
    bcn_free(node->children);
    bcn_free(node);
    schema->release = NULL;
}

/* On failure nothing is left to release. */
static bcn_status
schema_fill(struct ArrowSchema *out, const char *format, const char *name,
            size_t children, bool dictionary)
{
    *out = (struct ArrowSchema){0};
    schema_node *node = bcn_calloc(1, sizeof *node);
    if (node == NULL) {
        return BCN_NOMEM;
    }
    out->private_data = node;
    out->release = schema_release;
    node->format = copy_text(format);
    node->name = copy_text(name);
    node->rooms = bcn_calloc(children, sizeof *node->rooms);
    node->children = bcn_calloc(children, sizeof(struct ArrowSchema *));
    if (node->format == NULL || node->name == NULL || node->rooms == NULL ||
        node->children == NULL) {
        schema_release(out);
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < children; i++) {
        node->children[i] = &node->rooms[i];
    }
    out->format = node->format;
    out->name = node->name;
    out->flags = children == 0 ? ARROW_FLAG_NULLABLE : 0;
    out->n_children = (int64_t)children;
    out->children = node->children;
    out->dictionary = dictionary ? &node->dictionary : NULL;
    return BCN_OK;
}

bcn_status
bcn_arrow_table_schema(const bcn_arrow_table *table, struct ArrowSchema *out)
{
    BCN_TRY(schema_fill(out, "+s", "", table->count, false));
    bcn_status status = BCN_OK;
    for (size_t i = 0; status == BCN_OK && i < table->count; i++) {
        const field *from = &table->fields[i];
        status = schema_fill(out->children[i], from->format, from->name, 0,
                             from->has_labels);
        if (status == BCN_OK && from->has_labels) {
            status =
                schema_fill(out->children[i]->dictionary, "u", "", 0, false);
        }
    }
    if (status != BCN_OK) {
        out->release(out);
    }
    return status;
}

/* --- arrays: a node owns shares of blocks and the room of its children --- */

typedef struct array_node {
    const void *pointers[3];
    bcn_block *owners[3];
    struct ArrowArray *rooms;
    struct ArrowArray **children;
    struct ArrowArray dictionary;
} array_node;

static void
array_release(struct ArrowArray *array)
{
    array_node *node = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++) {
        struct ArrowArray *child = array->children[i];
        if (child->release != NULL) {
            child->release(child);
        }
    }
    if (array->dictionary != NULL && array->dictionary->release != NULL) {
        array->dictionary->release(array->dictionary);
    }
    for (size_t i = 0; i < 3; i++) {
        bcn_block_drop(node->owners[i]);
    }
    bcn_free(node->rooms);
    bcn_free(node->children);
    bcn_free(node);
    array->release = NULL;
}

static bcn_status
array_fill(struct ArrowArray *out, size_t rows, int64_t nulls,
           const bcn_arrow_buffer *buffers, size_t buffer_count,
           size_t children, bool dictionary)
{
    *out = (struct ArrowArray){0};
    array_node *node = bcn_calloc(1, sizeof *node);
    if (node == NULL) {
        return BCN_NOMEM;
    }
    out->private_data = node;
    out->release = array_release;
    for (size_t i = 0; i < buffer_count; i++) {
        node->pointers[i] = buffers[i].data;
        node->owners[i] = keep(buffers[i]).owner;
    }
    node->rooms = bcn_calloc(children, sizeof *node->rooms);
    node->children = bcn_calloc(children, sizeof(struct ArrowArray *));
    if (node->rooms == NULL || node->children == NULL) {
        array_release(out);
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < children; i++) {
        node->children[i] = &node->rooms[i];
    }
    out->length = (int64_t)rows;
    out->null_count = nulls;
    out->n_buffers = (int64_t)buffer_count;
    out->buffers = node->pointers;
    out->n_children = (int64_t)children;
    out->children = node->children;
    out->dictionary = dictionary ? &node->dictionary : NULL;
    return BCN_OK;
}

bcn_status
bcn_arrow_table_array(const bcn_arrow_table *table, struct ArrowArray *out)
{
    const bcn_arrow_buffer none = {NULL, NULL};
    BCN_TRY(array_fill(out, table->rows, 0, &none, 1, table->count, false));
    bcn_status status = BCN_OK;
    for (size_t i = 0; status == BCN_OK && i < table->count; i++) {
        const field *from = &table->fields[i];
        status =
            array_fill(out->children[i], table->rows, from->nulls,
                       from->buffers, from->buffer_count, 0, from->has_labels);
        if (status == BCN_OK && from->has_labels) {
            bcn_arrow_buffer texts[3] = {none, from->labels.offsets,
                                         from->labels.bytes};
            status = array_fill(out->children[i]->dictionary,
                                from->labels.count, 0, texts, 3, 0, false);
        }
    }
    if (status != BCN_OK) {
        out->release(out);
    }
    return status;
}
