#include "arrow/arrow_read.h"

#include <errno.h>

#include "arrow/arrow_column.h"
#include "base/memory.h"

typedef struct reader {
    const bcn_arrow_options *options;
    bool is_struct;
    int64_t children;
    bcn_arrow_column *columns; /* options->count */
    bcn_slice *slices;
    bcn_arrow_faults faults;
    bcn_sink sink;
    bcn_watch *watch;
    bcn_error *error;
} reader;

static bcn_status
stream_failed(struct ArrowArrayStream *stream, int code, bcn_error *error)
{
    if (code == ENOMEM) {
        return BCN_NOMEM;
    }
    const char *words =
        stream->get_last_error != NULL ? stream->get_last_error(stream) : NULL;
    return bcn_fail(error, BCN_IO, "the source failed: %.400s",
                    words != NULL && *words != '\0' ? words : strerror(code));
}

bcn_status
bcn_arrow_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out,
                 bcn_error *error)
{
    if (stream->release == NULL) {
        return bcn_fail(error, BCN_INVALID,
                        "this stream has already been "
                        "read");
    }
    *out = (struct ArrowSchema){0};
    int code = stream->get_schema(stream, out);
    if (code != 0) {
        return stream_failed(stream, code, error);
    }
    if (out->release == NULL || out->n_children < 0 ||
        (out->n_children > 0 && out->children == NULL)) {
        if (out->release != NULL) {
            out->release(out);
        }
        return bcn_fail(error, BCN_INVALID,
                        "the source gave a damaged "
                        "schema");
    }
    return BCN_OK;
}

static bcn_status
not_found(const char *name, const struct ArrowSchema *schema, bcn_error *error)
{
    char list[256];
    size_t used = 0;
    list[0] = '\0';
    for (int64_t i = 0; i < schema->n_children; i++) {
        const char *other = schema->children[i]->name;
        size_t length = strlen(other != NULL ? other : "");
        if (used + length + 6 > sizeof list) {
            memcpy(list + used, ", ...", 6);
            break;
        }
        if (used != 0) {
            memcpy(list + used, ", ", 2);
            used += 2;
        }
        memcpy(list + used, other != NULL ? other : "", length + 1);
        used += length;
    }
    return bcn_fail(error, BCN_INVALID, "no column '%.100s'; there are: %s",
                    name, list);
}

static bcn_status
open_column(reader *self, size_t number, const struct ArrowSchema *schema)
{
    const char *name = self->options->columns[number].name;
    bcn_arrow_column *column = &self->columns[number];
    if (name == NULL) {
        return BCN_OK;
    }
    if (!self->is_struct) {
        return bcn_arrow_column_open(column, self->options, number, schema,
                                     self->error);
    }
    const struct ArrowSchema *found = NULL;
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *child = schema->children[i];
        if (child->name == NULL || strcmp(child->name, name) != 0) {
            continue;
        }
        if (found != NULL) {
            return bcn_fail(self->error, BCN_INVALID,
                            "two columns are called '%.100s'", name);
        }
        found = child;
        column->child = (size_t)i;
    }
    return found == NULL ? not_found(name, schema, self->error)
                         : bcn_arrow_column_open(column, self->options, number,
                                                 found, self->error);
}

static bcn_status
open_schema(reader *self, const struct ArrowSchema *schema)
{
    size_t named = 0;
    self->children = schema->n_children;
    self->is_struct =
        schema->format != NULL && strcmp(schema->format, "+s") == 0;
    for (int64_t i = 0; self->is_struct && i < schema->n_children; i++) {
        if (schema->children[i] == NULL) {
            return bcn_fail(self->error, BCN_INVALID,
                            "the source gave a "
                            "damaged schema");
        }
    }
    for (size_t i = 0; i < self->options->count; i++) {
        named += self->options->columns[i].name != NULL;
        BCN_TRY(open_column(self, i, schema));
    }
    if (!self->is_struct && named != 1) {
        return bcn_fail(self->error, BCN_INVALID,
                        "the source is one column, "
                        "not a table, and cannot give %zu columns",
                        named);
    }
    return BCN_OK;
}

static bcn_status
bind(reader *self, const struct ArrowArray *array, bcn_arrow_view *rows)
{
    *rows =
        (bcn_arrow_view){.name = "(rows)", .length = (size_t)array->length};
    if (self->is_struct) {
        BCN_TRY(bcn_arrow_array_check(array, 1, "(rows)", self->error));
        if (array->n_children != self->children ||
            (self->children > 0 && array->children == NULL)) {
            return bcn_fail(self->error, BCN_INVALID,
                            "a record batch of "
                            "%lld columns under a schema of %lld",
                            (long long)array->n_children,
                            (long long)self->children);
        }
        rows->start = (size_t)array->offset;
        rows->length = (size_t)array->length;
        if (array->null_count != 0) {
            rows->validity = array->buffers[0];
        }
    } else {
        BCN_TRY(bcn_arrow_array_check(array, array->n_buffers, "(rows)",
                                      self->error));
    }
    for (size_t i = 0; i < self->options->count; i++) {
        bcn_arrow_column *column = &self->columns[i];
        if (!column->present) {
            continue;
        }
        const struct ArrowArray *child =
            self->is_struct ? array->children[column->child] : array;
        if (child == NULL) {
            return bcn_fail(self->error, BCN_INVALID,
                            "column '%s' has no "
                            "array",
                            column->name);
        }
        BCN_TRY(bcn_arrow_column_bind(column, child, rows->start, rows->length,
                                      self->error));
    }
    return BCN_OK;
}

static bcn_status
push(reader *self, const struct ArrowArray *array)
{
    bcn_arrow_view rows;
    BCN_TRY(bind(self, array, &rows));
    for (size_t from = 0; from < rows.length; from += BCN_ARROW_ROWS) {
        size_t count = rows.length - from < BCN_ARROW_ROWS ? rows.length - from
                                                           : BCN_ARROW_ROWS;
        if (bcn_watch_check(self->watch, true)) {
            return BCN_CANCELLED;
        }
        self->faults.count = 0;
        for (size_t i = 0; i < self->options->count; i++) {
            size_t before = self->faults.count;
            if (!self->columns[i].present) {
                continue;
            }
            BCN_TRY(bcn_arrow_column_slice(
                &self->columns[i], from, count, self->is_struct ? &rows : NULL,
                &self->slices[i], &self->faults, self->error));
            BCN_TRY(bcn_arrow_faults_merge(&self->faults, before));
        }
        bcn_batch batch = {.rows = count,
                           .slices = self->slices,
                           .faults = self->faults.items,
                           .fault_count = self->faults.count};
        BCN_TRY(self->sink.take(self->sink.context, &batch));
    }
    return BCN_OK;
}

static bcn_status
pull(reader *self, struct ArrowArrayStream *stream)
{
    for (;;) {
        struct ArrowArray array = {0};
        if (bcn_watch_check(self->watch, true)) {
            return BCN_CANCELLED;
        }
        int code = stream->get_next(stream, &array);
        if (code != 0) {
            return stream_failed(stream, code, self->error);
        }
        if (array.release == NULL) {
            return BCN_OK;
        }
        bcn_status status = push(self, &array);
        array.release(&array);
        BCN_TRY(status);
    }
}

bcn_status
bcn_arrow_read(struct ArrowArrayStream *stream,
               const bcn_arrow_options *options, bcn_sink sink,
               bcn_watch *watch, bcn_error *error)
{
    reader self = {
        .options = options, .sink = sink, .watch = watch, .error = error};
    struct ArrowSchema schema;
    BCN_TRY(bcn_arrow_schema(stream, &schema, error));
    bcn_status status = BCN_NOMEM;
    self.columns = bcn_calloc(options->count, sizeof *self.columns);
    self.slices = bcn_calloc(options->count, sizeof *self.slices);
    if (self.columns != NULL && self.slices != NULL) {
        status = open_schema(&self, &schema);
    }
    if (status == BCN_OK) {
        status = pull(&self, stream);
    }
    for (size_t i = 0; self.columns != NULL && i < options->count; i++) {
        bcn_arrow_column_close(&self.columns[i]);
    }
    bcn_free(self.columns);
    bcn_free(self.slices);
    bcn_free(self.faults.items);
    bcn_free(self.faults.spare);
    schema.release(&schema); /* columns borrow their names from it */
    return status;
}
