/* SPDX-License-Identifier: MIT */
/* usage: replay FILE_OR_DIRECTORY...   Runs a fuzz target on each file. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

static int
run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (file == NULL || fstat(fileno(file), &about) != 0) {
        perror(path);
        return 1;
    }
    size_t count = (size_t)about.st_size;
    uint8_t *bytes = malloc(count + 1);
    int failed = bytes == NULL || fread(bytes, 1, count, file) != count;
    fclose(file);
    if (!failed)
        LLVMFuzzerTestOneInput(bytes, count);
    free(bytes);
    return failed;
}

static int
run_path(const char *path)
{
    DIR *directory = opendir(path);
    int failed = 0, files = 0;
    if (directory == NULL)
        return run_file(path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        failed |= run_file(name);
        files++;
    }
    closedir(directory);
    fprintf(stderr, "%s: %d files\n", path, files);
    return failed || files == 0;
}

int
main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= run_path(argv[i]);
    return failed;
}
