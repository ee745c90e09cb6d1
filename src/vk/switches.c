#include "vk/switches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static bool on(const char *name)
{
    const char *v = getenv(name);
    return v && *v && strcmp(v, "0") != 0;
}

enum { PATH_ROOM = 1024 };

// A directory `name` of the user's caches, in path; NULL without a home.
static const char *cache_directory(const char *name, char path[PATH_ROOM])
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n = -1;
    if (base && *base)
        n = snprintf(path, PATH_ROOM, "%s/%s", base, name);
    else if (home && *home)
        n = snprintf(path, PATH_ROOM, "%s/.cache/%s", home, name);
    return n > 0 && n < PATH_ROOM ? path : NULL;
}

// As huggingface_hub's constants.py finds it.
static const char *hub_cache(void)
{
    static char path[PATH_ROOM];
    const char *hub = getenv("HF_HUB_CACHE"), *home = getenv("HF_HOME");
    if (hub && *hub)
        return hub;
    if (!home || !*home)
        return cache_directory("huggingface/hub", path);
    int n = snprintf(path, sizeof path, "%s/hub", home);
    return n > 0 && n < (int)sizeof path ? path : NULL;
}

const struct switches *switches(void)
{
    static struct switches s;
    static bool done;
    if (done)
        return &s;
    done = true;
    s.sync_validation = on("VKR1_SYNC_VALIDATION");
    s.validation = on("VKR1_VALIDATION") || s.sync_validation;
    const char *barriers = getenv("VKR1_BARRIERS");
    s.barriers_all = barriers && strcmp(barriers, "all") == 0;
    if (barriers && *barriers && !s.barriers_all)
        log_warn("VKR1_BARRIERS=%s means nothing; the only value is \"all\"", barriers);
    s.profile = on("VKR1_PROFILE");
    s.pretend = on("VKR1_PRETEND") ? getenv("VKR1_PRETEND") : NULL;
    s.dump = on("VKR1_DUMP") ? getenv("VKR1_DUMP") : NULL;
    s.cpu = getenv("VKR1_CPU");
    s.home = on("HOME") ? getenv("HOME") : NULL;
    static char cache[PATH_ROOM];
    s.cache = cache_directory("vkr1", cache);
    s.hub_cache = hub_cache();
    return &s;
}
