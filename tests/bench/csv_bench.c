/* csv_bench.c - how fast delimited text becomes columns.
 *
 *     cc -std=c11 -O3 -pthread -Icsrc -o build/csv_bench \
 *         tests/bench/csv_bench.c $(find csrc/base csrc/text -name "*.c")
 *     build/csv_bench [rows] [file] [quoted]
 *
 * Writes a synthetic log once (43 bytes a row, some 200 MB for the default
 * five million rows; "quoted" puts every field in quotes), then reads it five
 * times per question and prints the medians, of the clock and of the
 * processors' time (the steadier one on a busy machine).  The file lies in the
 * page cache. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/labels.h"
#include "text/csv.h"

enum { MEMBERS = 196, KINDS = 8, RUNS = 5 };

static uint64_t
next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return bcn_mix(*state);
}

static void
code_of(unsigned number, char code[4])
{
    code[0] = (char)('A' + number % 26);
    code[1] = (char)('A' + number / 26 % 26);
    code[2] = (char)('A' + number * 7 % 26);
    code[3] = '\0';
}

static int
write_log(const char *path, uint64_t rows, int quoted)
{
    static const char *const kinds[KINDS] = {
        "request",     "reply", "diffusion", "notice",
        "information", "alert", "hit",       "other"};
    const char *form = quoted ? "\"%sZ\",\"%s\",\"%s\",\"%s\",\"%u\",\"%u\"\n"
                              : "%sZ,%s,%s,%s,%u,%u\n";
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return 1;
    }
    fputs("sent_at,sender,receiver,kind,size,message_id\n", file);
    uint64_t state = 1;
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t random = next_random(&state);
        time_t second =
            (time_t)(1672531200 + (double)i * 31536000.0 / (double)rows);
        struct tm parts;
        char when[32], sender[4], receiver[4];
        gmtime_r(&second, &parts);
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &parts);
        unsigned a = (unsigned)(random % MEMBERS);
        unsigned b = (unsigned)(random >> 16) % MEMBERS;
        code_of(a, sender);
        code_of(b, receiver);
        fprintf(file, form, when, sender, receiver,
                kinds[(random >> 32) % KINDS],
                (unsigned)(random >> 40) % 100000, (unsigned)i + 1);
    }
    return fclose(file);
}

typedef struct figures {
    uint64_t rows, faults, sum;
} figures;

static bcn_status
take(void *context, const bcn_batch *batch)
{
    figures *seen = context;
    seen->rows += batch->rows;
    seen->faults += batch->fault_count;
    seen->sum += batch->slices[0].codes != NULL
                     ? batch->slices[0].codes[batch->rows - 1]
                     : (uint64_t)batch->slices[0].values[batch->rows - 1];
    return BCN_OK;
}

static double
now(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int
measure(const char *name, const char *path, const bcn_csv_column *columns,
        size_t count, size_t workers)
{
    double times[RUNS], busy[RUNS];
    figures seen = {0};
    off_t size = 0;
    for (int run = 0; run < RUNS; run++) {
        bcn_csv_file file = {open(path, O_RDONLY), 0};
        if (file.descriptor < 0) {
            return 1;
        }
        size = lseek(file.descriptor, 0, SEEK_END);
        (void)lseek(file.descriptor, 45, SEEK_SET);
        bcn_csv_options options = {0};
        options.delimiter = ',';
        options.quote = '"';
        options.fields = 6;
        options.columns = columns;
        options.column_count = count;
        options.first_line = 2;
        options.workers = workers;
        const char *block = getenv("BLOCK");
        options.block_bytes = block != NULL ? strtoul(block, NULL, 10) : 0;
        bcn_csv_input input = {bcn_csv_file_read, &file};
        bcn_error error = {""};
        seen = (figures){0};
        bcn_sink sink = {take, &seen};
        double start = now(CLOCK_MONOTONIC);
        double used = now(CLOCK_PROCESS_CPUTIME_ID);
        bcn_status status = bcn_csv_read(&options, input, sink, NULL, &error);
        times[run] = now(CLOCK_MONOTONIC) - start;
        busy[run] = now(CLOCK_PROCESS_CPUTIME_ID) - used;
        (void)close(file.descriptor);
        if (status != BCN_OK || seen.faults != 0) {
            fprintf(stderr, "%s %s %" PRIu64 " faults\n",
                    bcn_status_text(status), error.text, seen.faults);
            return 1;
        }
    }
    qsort(times, RUNS, sizeof *times, compare);
    qsort(busy, RUNS, sizeof *busy, compare);
    double middle = times[RUNS / 2];
    printf("%-6s %zu workers %7.1f ms  %5.2f GB/s  %6.1f ms per 18 M rows, "
           "%6.1f ms of processors\n",
           name, workers, middle, (double)size / middle / 1e6,
           middle * 18e6 / (double)seen.rows,
           busy[RUNS / 2] * 18e6 / (double)seen.rows);
    return 0;
}

int
main(int count, char **words)
{
    uint64_t rows = count > 1 ? strtoull(words[1], NULL, 10) : 5000000;
    const char *path = count > 2 ? words[2] : "/tmp/csv_bench.csv";
    if (access(path, R_OK) != 0 && write_log(path, rows, count > 3) != 0) {
        perror(path);
        return 1;
    }
    const bcn_csv_column whole[] = {
        {BCN_TIME, 0, NULL, NULL},    {BCN_LABEL, 1, NULL, NULL},
        {BCN_LABEL, 2, NULL, NULL},   {BCN_LABEL, 3, NULL, NULL},
        {BCN_INTEGER, 4, NULL, NULL}, {BCN_ID, 5, NULL, NULL}};
    const bcn_csv_column flow[] = {{BCN_LABEL, 1, NULL, NULL},
                                   {BCN_LABEL, 2, NULL, NULL}};
    int failed = 0;
    for (size_t workers = 1; workers <= 2; workers++) {
        failed |= measure("log", path, whole, 6, workers);
        failed |= measure("flow", path, flow, 2, workers);
    }
    return failed;
}
