// vkr1 devices: what Vulkan offers here.
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "vk/vk.h"

static const char *yes(bool b)
{
    return b ? "yes" : "no";
}

static void put_uuid(struct str *s, const uint8_t uuid[16])
{
    for (int i = 0; i < 16; i++)
        str_printf(s, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
}

static void put_coopmats(struct str *s, const struct vk_info *d)
{
    for (int i = 0; i < d->coopmat_count; i++)
        str_printf(s, "%s%ux%ux%u %s*%s+%s", i ? ", " : "", d->coopmats[i].m, d->coopmats[i].n, d->coopmats[i].k,
                   d->coopmats[i].a, d->coopmats[i].b, d->coopmats[i].c);
}

static void put_text(struct str *s, const struct vk_info *d)
{
    str_printf(s, "%d: %s%s\n", d->index, d->name, d->preferred ? "   (default)" : "");
    str_printf(s, "   kind         %s", d->kind);
    if (d->pretends)
        str_printf(s, ", pretending to be %s", d->pretends);
    str_puts(s, "\n");
    if (!d->usable) {
        str_printf(s, "   not usable   %s\n", d->why_not);
        return;
    }
    str_printf(s, "   driver       %s (version %08x), Vulkan %u.%u.%u\n", d->driver, d->driver_version, d->api >> 22,
               d->api >> 12 & 0x3ff, d->api & 0xfff);
    if (d->instead_of[0])
        str_printf(s, "   not taken    %s, which serves it too\n", d->instead_of);
    str_printf(s, "   vendor       %04x:%04x   uuid ", d->vendor, d->device);
    put_uuid(s, d->uuid);
    char heap[24], budget[24], largest[24];
    str_printf(s, "\n   memory       %s, %s of it for us now; %s; largest allocation %s\n",
               str_bytes(d->heap_bytes, heap), str_bytes(d->heap_budget, budget),
               d->mapped ? "the host sees it" : "written through staging", str_bytes(d->max_allocation, largest));
    str_printf(s, "   workgroup    %u invocations (%u x %u x %u), %.0f KiB shared; grid %u x %u x %u\n",
               d->max_invocations, d->max_group_size[0], d->max_group_size[1], d->max_group_size[2],
               d->shared_bytes / 1024.0, d->max_groups[0], d->max_groups[1], d->max_groups[2]);
    str_printf(s, "   subgroup     %u (%u to %u%s); arithmetic %s, ballot %s, shuffle %s\n", d->subgroup_size,
               d->subgroup_min, d->subgroup_max, d->subgroup_control ? ", can be chosen" : "",
               yes(d->subgroup_arithmetic), yes(d->subgroup_ballot), yes(d->subgroup_shuffle));
    str_printf(s, "   types        storage 8 bit %s, 16 bit %s; arithmetic f16 %s, bf16 %s, i8 %s, i16 %s, i64 %s\n",
               yes(d->storage8), yes(d->storage16), yes(d->float16), yes(d->bf16), yes(d->int8), yes(d->int16),
               yes(d->int64));
    str_puts(s, "   matrices     ");
    if (d->coopmat)
        put_coopmats(s, d);
    else
        str_puts(s, "no cooperative matrices");
    if (d->timestamp_ns > 0)
        str_printf(s, "\n   timestamps   %g ns\n", d->timestamp_ns);
    else
        str_puts(s, "\n   timestamps   none, the wall clock serves\n");
}

static void put_json_text(struct str *s, const char *key, const char *text)
{
    str_printf(s, ",\"%s\":", key);
    str_put_json(s, text, strlen(text));
}

static void put_json_limits(struct str *s, const struct vk_info *d)
{
    str_printf(s,
               ",\"subgroup\":{\"size\":%u,\"min\":%u,\"max\":%u,\"control\":%s,\"arithmetic\":%s,\"ballot\":%s,"
               "\"shuffle\":%s}",
               d->subgroup_size, d->subgroup_min, d->subgroup_max, d->subgroup_control ? "true" : "false",
               d->subgroup_arithmetic ? "true" : "false", d->subgroup_ballot ? "true" : "false",
               d->subgroup_shuffle ? "true" : "false");
    str_printf(s, ",\"max_invocations\":%u,\"max_group_size\":[%u,%u,%u],\"max_groups\":[%u,%u,%u],\"shared_bytes\":%u",
               d->max_invocations, d->max_group_size[0], d->max_group_size[1], d->max_group_size[2], d->max_groups[0],
               d->max_groups[1], d->max_groups[2], d->shared_bytes);
    str_printf(
        s, ",\"max_allocation\":%llu,\"max_buffer\":%llu,\"block_max\":%llu,\"heap_bytes\":%llu,\"heap_budget\":%llu",
        (unsigned long long)d->max_allocation, (unsigned long long)d->max_buffer, (unsigned long long)d->block_max,
        (unsigned long long)d->heap_bytes, (unsigned long long)d->heap_budget);
    const struct {
        const char *name;
        bool on;
    } flags[] = {{"mapped", d->mapped},     {"mapped_cached", d->mapped_cached},
                 {"storage8", d->storage8}, {"storage16", d->storage16},
                 {"float16", d->float16},   {"bf16", d->bf16},
                 {"int8", d->int8},         {"int16", d->int16},
                 {"int64", d->int64},       {"memory_model", d->memory_model},
                 {"coopmat", d->coopmat}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        str_printf(s, ",\"%s\":%s", flags[i].name, flags[i].on ? "true" : "false");
    str_puts(s, ",\"timestamp_ns\":");
    str_put_number(s, d->timestamp_ns);
    str_puts(s, ",\"coopmats\":[");
    for (int i = 0; i < d->coopmat_count; i++)
        str_printf(s, "%s{\"m\":%u,\"n\":%u,\"k\":%u,\"a\":\"%s\",\"b\":\"%s\",\"c\":\"%s\",\"result\":\"%s\"}",
                   i ? "," : "", d->coopmats[i].m, d->coopmats[i].n, d->coopmats[i].k, d->coopmats[i].a,
                   d->coopmats[i].b, d->coopmats[i].c, d->coopmats[i].result);
    str_puts(s, "]");
}

static void put_json(struct str *s, const struct vk_info *d)
{
    str_printf(s, "{\"index\":%d,\"default\":%s,\"usable\":%s", d->index, d->preferred ? "true" : "false",
               d->usable ? "true" : "false");
    put_json_text(s, "name", d->name);
    put_json_text(s, "kind", d->kind);
    if (d->pretends)
        put_json_text(s, "pretends", d->pretends);
    if (!d->usable)
        put_json_text(s, "why_not", d->why_not);
    put_json_text(s, "driver", d->driver);
    if (d->instead_of[0])
        put_json_text(s, "instead_of", d->instead_of);
    str_printf(s, ",\"driver_version\":%u,\"api\":\"%u.%u.%u\",\"vendor\":%u,\"device\":%u,\"uuid\":\"",
               d->driver_version, d->api >> 22, d->api >> 12 & 0x3ff, d->api & 0xfff, d->vendor, d->device);
    put_uuid(s, d->uuid);
    str_puts(s, "\"");
    if (d->usable)
        put_json_limits(s, d);
    str_puts(s, "}");
}

int cli_devices(int argc, char **argv)
{
    bool json = false;
    const struct cli_option options[] = {{"json", CLI_FLAG, &json, NULL, "one JSON array on stdout"}};
    struct cli cli = {
        .usage = "vkr1 devices [--json]",
        .notes = "Lists the Vulkan devices with what matters to vkr1. --device of the other commands takes an index,\n"
                 "a kind (discrete, integrated, virtual, cpu-vulkan) or a part of a name; \"cpu\" is vkr1's own CPU\n"
                 "executor, which needs no driver.",
        .options = options,
        .option_count = 1,
    };
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    static struct vk_info infos[32];
    struct err err = {{0}};
    int count = vk_list(infos, 32, &err);
    if (count < 0) {
        if (json)
            printf("[]\n");
        return cli_failed("devices", &err);
    }
    struct str s = {0};
    for (int i = 0; i < count; i++) {
        if (json) {
            str_puts(&s, i ? ",\n " : "[");
            put_json(&s, &infos[i]);
        } else {
            put_text(&s, &infos[i]);
        }
    }
    if (json)
        str_puts(&s, "]\n");
    terminal_result(s.data, s.size);
    str_finish(&s);
    return 0;
}
