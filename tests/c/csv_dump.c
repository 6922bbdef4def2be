/* csv_dump.c - a text on standard input, as csv_text.h writes it.
 *
 *     csv_dump KINDS DELIMITER QUOTE LIMIT BLOCK WORKERS < text
 *
 * KINDS is one of "ltin" per column: label, time, integer, id ("n" for
 * number); QUOTE is "" for none.  For comparing the reader with its twin. */
#include "csv_text.h"

int
main(int count, char **words)
{
    bcn_csv_column columns[16];
    bcn_csv_options options = {0};
    char data[1 << 16];
    if (count != 7 || strlen(words[1]) > 16) {
        return 2;
    }
    for (const char *kind = words[1]; *kind != '\0'; kind++) {
        size_t i = options.column_count++;
        columns[i] = (bcn_csv_column){*kind == 'l'   ? BCN_LABEL
                                      : *kind == 't' ? BCN_TIME
                                      : *kind == 'i' ? BCN_INTEGER
                                                     : BCN_ID,
                                      (int)i, NULL};
    }
    options.fields = options.column_count;
    options.columns = columns;
    options.delimiter = words[2][0];
    options.quote = words[3][0];
    options.record_limit = strtoul(words[4], NULL, 10);
    options.block_bytes = strtoul(words[5], NULL, 10);
    options.workers = strtoul(words[6], NULL, 10);
    size_t length = fread(data, 1, sizeof data, stdin);
    csv_text out;
    bcn_status status = csv_text_read(&options, data, length, &out);
    (void)fwrite(out.data, 1, out.length, stdout);
    free(out.data);
    return status == BCN_OK || status == BCN_INVALID ? out.bad : 2;
}
