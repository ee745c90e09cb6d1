// Problems in JSON lines. Fields: the dataset's options, the file.
#include "input.h"
#include "data/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = {(const char *)data, size}, head = input_field(&input);
    struct dataset_options options;
    struct dataset d;
    struct err err = {0};
    struct json *v = json_parse(head.at, head.size, false, "options", &err);
    if (v && dataset_options_load(&options, v, &err) && options.kind != PROBLEM_ARITHMETIC) { // that one reads no file
        options.path = input_file_for_all(input);
        if (dataset_open(&d, &options, &err)) {
            dataset_next(&d);
            for (uint32_t i = 0; i < d.held_out_count; i++)
                dataset_held_out(&d, i);
        } else {
            check(err.text[0], "refused without a message");
        }
        dataset_close(&d);
    }
    json_close(v);
    return 0;
}
