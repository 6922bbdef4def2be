/* The account of what was refused. */
#include "model/ledger.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static bcn_bytes
text(const char *letters)
{
    return (bcn_bytes){letters, strlen(letters)};
}

static bcn_refusal
at(uint32_t source, uint64_t row, uint16_t column, bcn_reason reason)
{
    return (bcn_refusal){.source = source,
                         .row = row,
                         .line = row + 1,
                         .column = column,
                         .reason = (uint16_t)reason};
}

static void
add(bcn_ledger *ledger, bcn_refusal where, bcn_bytes value)
{
    CHECK_OK(bcn_ledger_add(ledger, &where, value));
}

static void
every_row_is_counted_once_under_its_reason(void)
{
    bcn_ledger ledger;
    CHECK_OK(bcn_ledger_init(&ledger, 10));
    for (uint64_t i = 0; i < 5; i++) {
        add(&ledger, at(0, i, 1, BCN_REASON_UNKNOWN), text("Frnace"));
        add(&ledger, at(0, 100 + i, 2, BCN_REASON_UNKNOWN), text("Frnace"));
        add(&ledger, at(0, 200 + i, 1, BCN_REASON_MISSING),
            (bcn_bytes){NULL, 0});
    }
    add(&ledger, at(0, 300, BCN_WHOLE_ROW, BCN_REASON_FIELDS), text("x"));
    CHECK_EQUAL(ledger.rows, 16);
    CHECK_EQUAL(ledger.account_count, 4);
    CHECK_EQUAL(ledger.kept_count, 10);
    uint64_t rows = 0;
    for (size_t i = 0; i < ledger.account_count; i++) {
        rows += ledger.accounts[i].rows;
    }
    CHECK_EQUAL(rows, ledger.rows);
    CHECK_EQUAL(ledger.accounts[0].rows, 5);
    CHECK_EQUAL(ledger.accounts[2].value, BCN_NONE);
    CHECK_EQUAL(bcn_labels_count(ledger.values), 2);
    bcn_ledger_free(&ledger);
}

static void
conflicts_found_last_are_sorted_in(void)
{
    bcn_ledger ledger;
    CHECK_OK(bcn_ledger_init(&ledger, 4));
    for (uint64_t i = 0; i < 6; i++) {
        add(&ledger, at(0, 10 * i + 10, 0, BCN_REASON_TIME), text("t"));
    }
    for (uint64_t i = 0; i < 1000; i++) {
        add(&ledger, at(0, 5 + 10 * i, 3, BCN_REASON_CONFLICT), text("id"));
    }
    CHECK(ledger.kept_count <= 8); /* bounded, however many there are */
    bcn_ledger_sort(&ledger);
    CHECK_EQUAL(ledger.kept_count, 4);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQUAL(ledger.kept[i].row, 5 * i + 5);
    }
    CHECK_EQUAL(ledger.rows, 1006);
    bcn_ledger_free(&ledger);
    CHECK_OK(bcn_ledger_init(&ledger, 2));
    add(&ledger, at(1, 1, 0, BCN_REASON_TIME), text("t"));
    add(&ledger, at(0, 9, 0, BCN_REASON_CONFLICT), text("id"));
    bcn_ledger_sort(&ledger);
    CHECK_EQUAL(ledger.kept[0].source, 0); /* the source before the row */
    bcn_ledger_free(&ledger);
}

static void
long_values_are_cut_between_characters(void)
{
    char long_text[300];
    bcn_ledger ledger;
    CHECK_OK(bcn_ledger_init(&ledger, 4));
    memset(long_text, 'a', sizeof long_text);
    memcpy(long_text + 198, "\xe2\x82\xac", 3); /* a euro sign across 200 */
    add(&ledger, at(0, 1, 0, BCN_REASON_UNKNOWN),
        (bcn_bytes){long_text, sizeof long_text});
    CHECK_EQUAL(bcn_labels_text(ledger.values, 0).length, 198);
    memset(long_text, 0x80, sizeof long_text); /* no characters at all */
    add(&ledger, at(0, 2, 0, BCN_REASON_ENCODING),
        (bcn_bytes){long_text, sizeof long_text});
    CHECK_EQUAL(bcn_labels_text(ledger.values, 1).length, 197);
    bcn_ledger_free(&ledger);
}

static void
different_values_are_bounded(void)
{
    char name[16];
    bcn_ledger ledger;
    CHECK_OK(bcn_ledger_init(&ledger, 1));
    for (uint64_t i = 0; i < 100500; i++) {
        int length = snprintf(name, sizeof name, "v%d", (int)i);
        add(&ledger, at(0, i, 1, BCN_REASON_UNKNOWN),
            (bcn_bytes){name, (size_t)length});
    }
    add(&ledger, at(0, 200000, 1, BCN_REASON_UNKNOWN), text("v7"));
    CHECK_EQUAL(bcn_labels_count(ledger.values), 100000);
    CHECK_EQUAL(ledger.account_count, 100001);
    CHECK_EQUAL(ledger.accounts[7].rows, 2); /* known ones still count */
    CHECK_EQUAL(ledger.accounts[100000].rows, 500);
    CHECK_EQUAL(ledger.accounts[100000].value, BCN_NONE);
    bcn_ledger_free(&ledger);
}

static bcn_status
some_refusals(void)
{
    bcn_ledger ledger;
    BCN_TRY(bcn_ledger_init(&ledger, 20));
    bcn_status status = BCN_OK;
    char name[16];
    for (uint64_t i = 0; status == BCN_OK && i < 100; i++) {
        (void)snprintf(name, sizeof name, "v%d", (int)i);
        bcn_refusal where = at(0, i, 1, BCN_REASON_UNKNOWN);
        status = bcn_ledger_add(&ledger, &where, text(name));
    }
    bcn_ledger_sort(&ledger);
    bcn_ledger_free(&ledger);
    return status;
}

int
main(void)
{
    every_row_is_counted_once_under_its_reason();
    conflicts_found_last_are_sorted_in();
    long_values_are_cut_between_characters();
    different_values_are_bounded();
    CHECK_SURVIVES(some_refusals);
    return 0;
}
