// The paths in a config: model.path, model.tokenizer, data.path, prompt.template where it names a file, and output_dir.
// A relative path in a file counts from the file's folder; one of --set, and output_dir wherever it stands, from the
// working directory. "~/" is the home. A model's name in the Hugging Face cache is no path and stays.
#pragma once
#include "base/json.h"

// The folder that the relative paths in a config file count from: "configs/" for configs/a.json, "" where it is the
// working directory, as for a config that comes through a pipe or /dev/stdin. Lives in a.
struct arena;
const char *config_paths_folder(const char *config, struct arena *a);
// Puts the folder before the relative paths of a file, and the home in the place of "~".
void config_paths_join(struct json *root, const char *folder);
// Fails where a path was written as if it counted from the working directory: nothing is at folder/PATH, something at
// PATH.
bool config_paths_check(const struct json *root, const char *where, const char *folder, struct err *err);
// Makes all of them whole paths, so that the config can be read anywhere.
void config_paths_absolute(struct json *root);
