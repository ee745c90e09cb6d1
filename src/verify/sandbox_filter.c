// The system calls that a program in a sandbox does not get. What is not named here is allowed: names and limits hold
// the rest, and interpreters use too many calls for a list of the allowed ones to last.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "verify/sandbox.h"

// By name, as not every kernel and libseccomp knows each of them.
static const char *const denied[] = {
    // Other processes' memory and descriptors
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "process_mrelease",
    "pidfd_getfd",
    "kcmp",
    // Namespaces, mounts and roots
    "unshare",
    "setns",
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "move_mount",
    "open_tree",
    "mount_setattr",
    "open_by_handle_at",
    "name_to_handle_at",
    "quotactl",
    "quotactl_fd",
    "statmount",
    "listmount",
    "open_tree_attr",
    // Large parts of the kernel that no solution needs
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "request_key",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "fanotify_init",
    "fanotify_mark",
    "lookup_dcookie",
    "modify_ldt",
    "vm86",
    "vm86old",
    "personality",
    "seccomp",
    "remap_file_pages",
    "nfsservctl",
    "uselib",
    "_sysctl",
    "map_shadow_stack",
    // Memory that no limit counts: segments that belong to nobody
    "shmget",
    "shmat",
    "shmctl",
    "msgget",
    "msgsnd",
    "msgctl",
    "mq_open",
    "semget",
    "memfd_create",
    "memfd_secret",
    // The machine
    "init_module",
    "finit_module",
    "delete_module",
    "create_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "syslog",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "stime",
    "sethostname",
    "setdomainname",
    "iopl",
    "ioperm",
    "vhangup",
    "mlockall",
    "mlock",
    "mlock2",
    "move_pages",
    "migrate_pages",
    "mbind",
    "set_mempolicy",
    "set_mempolicy_home_node",
};

// Memory that the limit would not see: huge pages are in no process's sum, buffers of sockets in none at all. With
// their default size, 64 descriptors of 16 processes hold at most 16 * 64 * 208 KiB, most of it less.
static bool add_memory_rules(scmp_filter_ctx c)
{
    static const int buffers[] = {SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE};
    bool ok = seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
                               SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_HUGETLB, MAP_HUGETLB)) == 0;
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        ok = ok && seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(setsockopt), 1,
                                    SCMP_A2(SCMP_CMP_MASKED_EQ, 0xFFFFFFFFu, (scmp_datum_t)buffers[i])) == 0;
    return ok;
}

// clone3's flags lie in memory, where no filter sees them: the C library falls back to clone, whose flags are seen.
static bool add_rules(scmp_filter_ctx c)
{
    static const unsigned each[] = {CLONE_NEWNS,  CLONE_NEWUSER, CLONE_NEWPID,   CLONE_NEWNET,
                                    CLONE_NEWIPC, CLONE_NEWUTS,  CLONE_NEWCGROUP};
    static const int control[] = {0x5412 /* TIOCSTI */, 0x541C /* TIOCLINUX */};
    const scmp_datum_t low = 0xFFFFFFFFu; // the kernel looks at these bits of an int alone
    bool ok = true;
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        int number = seccomp_syscall_resolve_name(denied[i]);
        ok = ok && (number == __NR_SCMP_ERROR || seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), number, 0) == 0);
    }
    ok = ok && seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        ok = ok && seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                    SCMP_A0(SCMP_CMP_MASKED_EQ, each[i], each[i])) == 0;
    for (size_t i = 0; i < sizeof control / sizeof *control; i++)
        ok = ok && seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                                    SCMP_A1(SCMP_CMP_MASKED_EQ, low, (scmp_datum_t)control[i])) == 0;
    ok = ok && add_memory_rules(c);
    // Else a program could outlive vkr1: sandbox_child.c asks for a signal at its end.
    ok = ok && seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, low, PR_SET_PDEATHSIG)) == 0;
    ok = ok &&
         seccomp_rule_add(c, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)) == 0;
    return ok && seccomp_rule_add(c, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socketpair), 1,
                                  SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)) == 0;
}

static bool export(scmp_filter_ctx c, struct sock_fprog *program)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    bool ok = fd >= 0 && seccomp_export_bpf(c, fd) == 0;
    off_t size = ok ? lseek(fd, 0, SEEK_END) : 0;
    program->filter = size > 0 ? block_alloc((size_t)size) : NULL; // kept until the program ends
    program->len = (unsigned short)((size_t)size / sizeof *program->filter);
    ok = program->filter && pread(fd, program->filter, (size_t)size, 0) == size;
    if (fd >= 0)
        close(fd);
    return ok;
}

const struct sock_fprog *sandbox_filter(void)
{
    static struct sock_fprog program;
    static bool made;
    if (!made) {
        scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW); // programs of another architecture (32 bits) are killed
        made = c && seccomp_attr_set(c, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && add_rules(c) && export(c, &program);
        if (c)
            seccomp_release(c);
    }
    return made ? &program : NULL;
}
