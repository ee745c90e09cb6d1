// What a sandbox's processes hold in memory together, read from /proc.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/sandbox.h"

enum { PROCESSES_MAX = 4096 };

// Its share of the memory that it holds: a page of n processes counts an nth for each. 0 when the process has ended.
static size_t proportional_size(int pid)
{
    char path[64], line[128];
    unsigned long long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "Pss: %llu kB", &kib) != 1)
        ;
    if (f)
        fclose(f);
    return (size_t)kib << 10;
}

// Appends the children of one thread, as its file lists them.
static void add_children(int pid, int thread, int *pids, int *n)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, thread);
    FILE *f = fopen(path, "re");
    while (f && *n < PROCESSES_MAX && fscanf(f, "%d", &pids[*n]) == 1)
        ++*n;
    if (f)
        fclose(f);
}

size_t sandbox_memory(const struct sandbox *s)
{
    int pids[PROCESSES_MAX] = {s->process.pid}, n = s->process.pid != 0;
    size_t sum = 0;
    for (int i = 0; i < n; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", pids[i]);
        DIR *threads = opendir(path);
        for (const struct dirent *e = threads ? readdir(threads) : NULL; e; e = readdir(threads))
            if (e->d_name[0] != '.')
                add_children(pids[i], atoi(e->d_name), pids, &n);
        if (threads)
            closedir(threads);
        sum += proportional_size(pids[i]);
    }
    return sum;
}
