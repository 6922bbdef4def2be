#include "model/ledger.h"

#include <stdlib.h>

enum { VALUE_BYTES = 200, VALUES = 100000 };

bcn_status
bcn_ledger_init(bcn_ledger *ledger, size_t keep)
{
    *ledger = (bcn_ledger){.keep = keep};
    ledger->values = bcn_labels_new();
    ledger->keys = bcn_labels_new();
    if (ledger->values == NULL || ledger->keys == NULL) {
        bcn_ledger_free(ledger);
        return BCN_NOMEM;
    }
    return BCN_OK;
}

void
bcn_ledger_free(bcn_ledger *ledger)
{
    bcn_labels_free(ledger->values);
    bcn_labels_free(ledger->keys);
    bcn_free(ledger->kept);
    bcn_free(ledger->accounts);
    *ledger = (bcn_ledger){0};
}

/* Cut a value without cutting a character of UTF-8 in two. */
static bcn_bytes
shorten(bcn_bytes value)
{
    if (value.length > VALUE_BYTES) {
        value.length = VALUE_BYTES;
        for (int i = 0;
             i < 3 && ((unsigned char)value.data[value.length] & 0xc0) == 0x80;
             i++) {
            value.length--;
        }
    }
    return value;
}

static bcn_status
account(bcn_ledger *ledger, const bcn_refusal *refusal)
{
    uint32_t parts[2] = {(uint32_t)refusal->column << 16 | refusal->reason,
                         refusal->value};
    uint32_t number;
    BCN_TRY(bcn_labels_add(ledger->keys,
                           (bcn_bytes){(const char *)parts, sizeof parts},
                           &number));
    if (number == ledger->account_count) {
        BCN_TRY(bcn_grow((void **)&ledger->accounts, &ledger->account_capacity,
                         ledger->account_count + 1, sizeof *ledger->accounts));
        ledger->accounts[ledger->account_count++] =
            (bcn_account){refusal->column, refusal->reason, refusal->value, 0};
    }
    ledger->accounts[number].rows++;
    return BCN_OK;
}

bcn_status
bcn_ledger_add(bcn_ledger *ledger, const bcn_refusal *where, bcn_bytes value)
{
    bcn_refusal refusal = *where;
    refusal.value = BCN_NONE;
    value = shorten(value);
    if (value.data != NULL) {
        refusal.value = bcn_labels_find(ledger->values, value);
        bool room = bcn_labels_count(ledger->values) < VALUES;
        if (refusal.value == BCN_NONE && room) {
            BCN_TRY(bcn_labels_add(ledger->values, value, &refusal.value));
        }
    }
    BCN_TRY(account(ledger, &refusal));
    ledger->rows++;
    /* Conflicts are found last but may stand first: as many of them. */
    size_t most = refusal.reason == BCN_REASON_CONFLICT ? ledger->keep * 2
                                                        : ledger->keep;
    if (ledger->kept_count < most) {
        BCN_TRY(bcn_grow((void **)&ledger->kept, &ledger->kept_capacity,
                         ledger->kept_count + 1, sizeof *ledger->kept));
        ledger->kept[ledger->kept_count++] = refusal;
    }
    return BCN_OK;
}

static int
in_order(const void *left, const void *right)
{
    const bcn_refusal *a = left, *b = right;
    if (a->source != b->source) {
        return a->source < b->source ? -1 : 1;
    }
    return (a->row > b->row) - (a->row < b->row);
}

void
bcn_ledger_sort(bcn_ledger *ledger)
{
    if (ledger->kept_count != 0) {
        qsort(ledger->kept, ledger->kept_count, sizeof *ledger->kept,
              in_order);
    }
    if (ledger->kept_count > ledger->keep) {
        ledger->kept_count = ledger->keep;
    }
}
