#include "model/builder.h"

#include <string.h>

#include "model/duplicates.h"
#include "model/rule.h"
#include "model/value.h"

bcn_status
bcn_builder_init(bcn_builder *builder, const bcn_schema *schema,
                 const bcn_builder_options *options)
{
    memset(builder, 0, sizeof *builder);
    builder->schema = *schema;
    builder->options = *options;
    for (size_t i = 0; i < schema->count; i++) {
        bcn_store_init(&builder->stores[i], &schema->fields[i]);
        if (schema->fields[i].kind == BCN_LABEL) {
            const bcn_field *field = &schema->fields[i];
            bool shares = field->labels == 0 && field->shares >= 0;
            builder->stores[i].owner =
                &builder->stores[shares ? (size_t)field->shares : i];
            builder->stores[i].known = bcn_labels_new();
            if (builder->stores[i].known == NULL) {
                bcn_builder_free(builder);
                return BCN_NOMEM;
            }
        }
    }
    bcn_status status = bcn_ledger_init(&builder->ledger, options->keep);
    if (status != BCN_OK) {
        bcn_builder_free(builder);
    }
    return status;
}

void
bcn_builder_free(bcn_builder *builder)
{
    for (size_t i = 0; i < builder->schema.count; i++) {
        bcn_store_free(&builder->stores[i]);
    }
    bcn_ledger_free(&builder->ledger);
    bcn_origins_free(&builder->origins);
    bcn_free(builder->skip);
    memset(builder, 0, sizeof *builder);
}

void
bcn_builder_begin(bcn_builder *builder, uint32_t source)
{
    builder->source = source;
    builder->source_rows = 0;
}

bcn_status
bcn_builder_expect(bcn_builder *builder, size_t column)
{
    bcn_store *store = &builder->stores[column];
    return store->present ? BCN_OK
                          : bcn_store_pad(store, (size_t)builder->accepted);
}

/* --- what labels mean --------------------------------------------------- */

/* The code of a text, from memory or by asking. */
static bcn_status
meaning(bcn_builder *builder, size_t column, bcn_bytes text, uint32_t *code)
{
    if (bcn_labels_has(builder->stores[column].unstated, text)) {
        *code = BCN_NONE;
        return BCN_OK;
    }
    bcn_store *store = builder->stores[column].owner;
    uint32_t number = bcn_labels_find(store->known, text);
    if (store->field.labels == 0) { /* the domain is what is met */
        if (number == BCN_NONE &&
            bcn_labels_count(store->known) >= BCN_MAX_LABELS) {
            *code = BCN_REFUSED | BCN_REASON_UNKNOWN;
            return BCN_OK;
        }
        return bcn_labels_add(store->known, text, code);
    }
    if (number == BCN_NONE) {
        BCN_TRY(bcn_grow((void **)&store->codes, &store->code_capacity,
                         bcn_labels_count(store->known) + 1,
                         sizeof *store->codes));
        uint32_t fresh;
        BCN_TRY(builder->options.resolve(builder->options.context, column,
                                         text, &fresh));
        BCN_TRY(bcn_labels_add(store->known, text, &number));
        store->codes[number] = fresh;
    }
    *code = store->codes[number];
    return BCN_OK;
}

/* Extend what the reader's dictionary stands for to all its texts. */
static bcn_status
resolve(bcn_builder *builder, size_t column, bcn_dictionary *dictionary)
{
    size_t count = bcn_labels_count(dictionary->texts);
    BCN_TRY(bcn_grow((void **)&dictionary->codes, &dictionary->capacity, count,
                     sizeof *dictionary->codes));
    while (dictionary->resolved < count) {
        size_t i = dictionary->resolved;
        BCN_TRY(meaning(builder, column,
                        bcn_labels_text(dictionary->texts, (uint32_t)i),
                        &dictionary->codes[i]));
        dictionary->resolved++;
    }
    return BCN_OK;
}

/* --- judging a batch ---------------------------------------------------- */

/* Of a value that its reader took: why its row cannot be accepted. */
static bcn_reason
judge(const bcn_field *field, const bcn_slice *slice, size_t row)
{
    if (field->kind == BCN_LABEL) {
        uint32_t met = slice->codes[row];
        uint32_t code =
            met != BCN_NONE ? slice->dictionary->codes[met] : BCN_NONE;
        if (code == BCN_NONE) {
            return field->required ? BCN_REASON_MISSING : BCN_REASON_NONE;
        }
        return code >= BCN_REFUSED ? (bcn_reason)(code & 0xffu)
                                   : BCN_REASON_NONE;
    }
    if (slice->texts != NULL) {
        bool missing = slice->texts[row].data == NULL;
        return missing && field->required ? BCN_REASON_MISSING
                                          : BCN_REASON_NONE;
    }
    int64_t value = slice->values[row];
    if (value == BCN_MISSING) {
        return field->required ? BCN_REASON_MISSING : BCN_REASON_NONE;
    }
    if (field->kind != BCN_ID &&
        (value < field->minimum || value > field->maximum)) {
        return field->kind == BCN_TIME ? BCN_REASON_PERIOD
                                       : BCN_REASON_INTEGER_RANGE;
    }
    return BCN_REASON_NONE;
}

static bool
absent(const bcn_slice *slice)
{
    return slice->codes == NULL && slice->values == NULL &&
           slice->texts == NULL;
}

/* May any row of this column, not of labels, have to be refused?  A quick
 * look; rows are judged one by one only where the answer is yes. */
static bool
suspicious(const bcn_field *field, const bcn_slice *slice, size_t rows)
{
    if (slice->texts != NULL) {
        return field->required;
    }
    if (slice->bounded) {
        return field->kind != BCN_ID &&
               (slice->least < field->minimum || slice->most > field->maximum);
    }
    bool bad = false;
    for (size_t i = 0; i < rows; i++) {
        int64_t value = slice->values[i];
        bad |= field->kind == BCN_ID
                   ? value == BCN_MISSING && field->required
                   : value < field->minimum || value > field->maximum;
    }
    return bad;
}

static bcn_bytes
shown_value(const bcn_field *field, const bcn_slice *slice, size_t row,
            bcn_reason reason, char buffer[32])
{
    if (reason == BCN_REASON_MISSING) {
        return (bcn_bytes){NULL, 0};
    }
    if (field->kind == BCN_LABEL) {
        return bcn_labels_text(slice->dictionary->texts, slice->codes[row]);
    }
    return bcn_value_text(field->kind, slice->values[row], buffer);
}

/* Mark the rows to refuse in builder->skip and enter their first faults. */
static bcn_status
refuse(bcn_builder *builder, const bcn_batch *batch, const bool *suspects,
       size_t *refused)
{
    const bcn_schema *schema = &builder->schema;
    size_t next = 0, entry = 0;
    *refused = 0;
    for (size_t row = 0; row < batch->rows; row++) {
        uint64_t line = bcn_batch_line(batch, row, &entry);
        size_t column = schema->count;
        bcn_reason reason = BCN_REASON_NONE;
        bcn_bytes value = {NULL, 0};
        char buffer[32];
        if (next < batch->fault_count && batch->faults[next].row == row) {
            const bcn_fault *fault = &batch->faults[next++];
            reason = (bcn_reason)fault->reason;
            value = fault->value;
            column = fault->column;
        }
        /* A fault of an earlier column, or of the row, comes first. */
        for (size_t c = 0;
             c < schema->count && c < column &&
             !(reason != BCN_REASON_NONE && column == BCN_WHOLE_ROW);
             c++) {
            if (!suspects[c]) {
                continue;
            }
            bcn_reason found =
                judge(&schema->fields[c], &batch->slices[c], row);
            if (found != BCN_REASON_NONE) {
                reason = found;
                column = c;
                value = shown_value(&schema->fields[c], &batch->slices[c], row,
                                    found, buffer);
            }
        }
        for (size_t i = 0; i < schema->rule_count && reason == BCN_REASON_NONE;
             i++) {
            size_t first = (size_t)schema->rules[i].first;
            reason =
                bcn_rule_judge(&schema->rules[i], schema, batch->slices, row);
            if (reason != BCN_REASON_NONE) {
                column = first;
                value =
                    shown_value(&schema->fields[first], &batch->slices[first],
                                row, reason, buffer);
            }
        }
        builder->skip[row] = reason != BCN_REASON_NONE;
        if (reason == BCN_REASON_NONE) {
            continue;
        }
        bcn_refusal where = {
            .source = builder->source,
            .row = builder->source_rows + row + 1,
            .line = line,
            .column = (uint16_t)column,
            .reason = (uint16_t)reason,
        };
        BCN_TRY(bcn_ledger_add(&builder->ledger, &where, value));
        ++*refused;
        if (builder->options.raise) {
            builder->stopped = true;
            return BCN_INVALID;
        }
    }
    return BCN_OK;
}

/* --- taking a batch ------------------------------------------------------ */

bcn_status
bcn_builder_take(bcn_builder *builder, const bcn_batch *batch)
{
    const bcn_schema *schema = &builder->schema;
    bool suspects[BCN_MAX_FIELDS];
    bool doubt = batch->fault_count != 0;
    if (batch->rows == 0) {
        return BCN_OK;
    }
    for (size_t c = 0; c < schema->count; c++) {
        const bcn_slice *slice = &batch->slices[c];
        suspects[c] = false;
        if (absent(slice)) {
            continue;
        }
        if (slice->dictionary != NULL) {
            BCN_TRY(resolve(builder, c, slice->dictionary));
        }
        BCN_TRY(bcn_builder_expect(builder, c));
    }
    for (size_t c = 0; c < schema->count; c++) {
        bcn_store *store = &builder->stores[c];
        const bcn_slice *slice = &batch->slices[c];
        if (schema->fields[c].kind == BCN_LABEL && store->present) {
            /* Behind the end at once: what is refused is skipped later. */
            BCN_TRY(
                bcn_store_put_labels(store, slice, batch->rows, &suspects[c]));
        } else if (!absent(slice)) {
            suspects[c] = suspicious(&schema->fields[c], slice, batch->rows);
        }
        doubt |= suspects[c];
    }
    for (size_t i = 0; i < schema->rule_count && !doubt; i++) {
        doubt = bcn_rule_suspects(&schema->rules[i], schema, batch->slices,
                                  batch->rows);
    }
    const uint8_t *skip = NULL;
    size_t refused = 0;
    if (doubt) {
        /* Rows with a fault may hold anything: judge them everywhere. */
        BCN_TRY(bcn_grow((void **)&builder->skip, &builder->skip_capacity,
                         batch->rows, 1));
        BCN_TRY(refuse(builder, batch, suspects, &refused));
        skip = refused != 0 ? builder->skip : NULL;
    }
    for (size_t c = 0; c < schema->count; c++) {
        bcn_store *store = &builder->stores[c];
        if (store->present && schema->fields[c].kind != BCN_LABEL) {
            BCN_TRY(
                bcn_store_put(store, &batch->slices[c], batch->rows, skip));
        }
    }
    if (schema->id >= 0 && builder->stores[schema->id].present) {
        bcn_origin from = {.row = builder->accepted,
                           .at = builder->source_rows + 1,
                           .source = builder->source};
        BCN_TRY(bcn_origins_note(&builder->origins, batch, from, skip));
    }
    bool any = refused < batch->rows;
    for (size_t c = 0; c < schema->count; c++) {
        bcn_store *store = &builder->stores[c];
        if (store->present) {
            bcn_store_keep(store, batch->rows, skip);
            store->dates |= any && batch->slices[c].dates != 0;
        }
    }
    builder->seen += batch->rows;
    builder->source_rows += batch->rows;
    builder->accepted += batch->rows - refused;
    return BCN_OK;
}

static bcn_status
sink_take(void *context, const bcn_batch *batch)
{
    return bcn_builder_take(context, batch);
}

bcn_sink
bcn_builder_sink(bcn_builder *builder)
{
    return (bcn_sink){sink_take, builder};
}

/* --- the end ------------------------------------------------------------- */

static bcn_refusal
conflict_at(const bcn_builder *builder, uint64_t row)
{
    bcn_origin origin = bcn_origins_find(&builder->origins, row);
    return (bcn_refusal){
        .source = origin.source,
        .row = origin.at,
        .line = origin.line,
        .column = (uint16_t)builder->schema.id,
        .reason = BCN_REASON_CONFLICT,
    };
}

static bcn_status
enter_conflicts(bcn_builder *builder, const bcn_repeats *repeats)
{
    const bcn_store *ids = &builder->stores[builder->schema.id];
    char buffer[32];
    for (size_t i = 0; i < repeats->count; i++) {
        uint32_t row = repeats->rows[i];
        if (bcn_repeat_same(builder->stores, builder->schema.count, row,
                            repeats->firsts[i])) {
            builder->duplicates++;
            builder->accepted--;
            continue;
        }
        bcn_refusal where = conflict_at(builder, row);
        bcn_bytes id =
            ids->texts
                ? bcn_store_text(ids, row)
                : bcn_value_text(BCN_ID, bcn_store_value(ids, row), buffer);
        BCN_TRY(bcn_ledger_add(&builder->ledger, &where, id));
        builder->accepted--;
        if (builder->options.raise) {
            builder->ledger.kept[0] =
                builder->ledger.kept[builder->ledger.kept_count - 1];
            builder->stopped = true;
            return BCN_INVALID;
        }
    }
    return BCN_OK;
}

bcn_status
bcn_builder_finish(bcn_builder *builder, bcn_watch *watch)
{
    const bcn_schema *schema = &builder->schema;
    if (schema->id < 0 || !builder->stores[schema->id].present) {
        return BCN_OK;
    }
    bcn_repeats repeats = {0};
    bcn_status status = bcn_repeats_find(
        builder->stores, schema, builder->options.workers, watch, &repeats);
    if (status == BCN_OK && repeats.count != 0) {
        status = enter_conflicts(builder, &repeats);
        for (size_t c = 0; status == BCN_OK && c < schema->count; c++) {
            if (builder->stores[c].present) {
                bcn_store_drop(&builder->stores[c], repeats.rows,
                               repeats.count);
            }
        }
        bcn_ledger_sort(&builder->ledger);
    }
    bcn_repeats_free(&repeats);
    return status;
}

bcn_status
bcn_builder_renew(bcn_builder *builder)
{
    bcn_ledger fresh;
    BCN_TRY(bcn_ledger_init(&fresh, builder->options.keep));
    builder->gone += builder->accepted + builder->ledger.rows;
    bcn_ledger_free(&builder->ledger);
    builder->ledger = fresh;
    for (size_t c = 0; c < builder->schema.count; c++) {
        bcn_store_renew(&builder->stores[c]);
    }
    builder->accepted = 0;
    return BCN_OK;
}
