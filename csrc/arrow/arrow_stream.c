#include <errno.h>
#include <stdbool.h>

#include "arrow/arrow_export.h"

/* Of a table, or of one foreign array; `done` once the batch is gone. */
typedef struct stream_node {
    bcn_arrow_table *table;
    struct ArrowSchema schema;
    struct ArrowArray array;
    bool done;
    const char *words;
} stream_node;

static const char *
last_error(struct ArrowArrayStream *stream)
{
    stream_node *node = stream->private_data;
    return node->words;
}

static int
failed(stream_node *node, bcn_status status)
{
    node->words = status == BCN_OK ? NULL : bcn_status_text(status);
    return status == BCN_OK ? 0 : ENOMEM;
}

static int
table_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    stream_node *node = stream->private_data;
    return failed(node, bcn_arrow_table_schema(node->table, out));
}

static int
table_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    stream_node *node = stream->private_data;
    if (node->done) {
        *out = (struct ArrowArray){0};
        return 0;
    }
    int code = failed(node, bcn_arrow_table_array(node->table, out));
    node->done = code == 0;
    return code;
}

/* The foreign schema stays with the stream and is only shown. */
static void
shown_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static int
once_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    stream_node *node = stream->private_data;
    *out = node->schema;
    out->release = shown_release;
    return 0;
}

static int
once_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    stream_node *node = stream->private_data;
    *out = node->array; /* released already when asked again: the end */
    node->array.release = NULL;
    return 0;
}

static void
stream_release(struct ArrowArrayStream *stream)
{
    stream_node *node = stream->private_data;
    bcn_arrow_table_drop(node->table);
    if (node->schema.release != NULL) {
        node->schema.release(&node->schema);
    }
    if (node->array.release != NULL) {
        node->array.release(&node->array);
    }
    bcn_free(node);
    stream->release = NULL;
}

static stream_node *
node_new(struct ArrowArrayStream *out)
{
    stream_node *node = bcn_calloc(1, sizeof *node);
    *out = (struct ArrowArrayStream){0};
    if (node != NULL) {
        out->get_last_error = last_error;
        out->release = stream_release;
        out->private_data = node;
    }
    return node;
}

bcn_status
bcn_arrow_table_stream(bcn_arrow_table *table, struct ArrowArrayStream *out)
{
    stream_node *node = node_new(out);
    if (node == NULL) {
        return BCN_NOMEM;
    }
    node->table = bcn_arrow_table_keep(table);
    out->get_schema = table_schema;
    out->get_next = table_next;
    return BCN_OK;
}

bcn_status
bcn_arrow_stream_once(struct ArrowSchema *schema, struct ArrowArray *array,
                      struct ArrowArrayStream *out)
{
    stream_node *node = node_new(out);
    if (node == NULL) {
        return BCN_NOMEM;
    }
    node->schema = *schema;
    node->array = *array;
    schema->release = NULL;
    array->release = NULL;
    out->get_schema = once_schema;
    out->get_next = once_next;
    return BCN_OK;
}
