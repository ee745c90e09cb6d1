// The bar with the time left: on a pseudo-terminal in place of stderr.
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "program.h"
#include "terminal.h"
#include "train/metrics.h"

static void expect_written(struct terminal *t, const char *want) // a terminal turns \n into \r\n
{
    char got[4096];
    terminal_read(t, want, got, sizeof got);
    EXPECT(strcmp(got, want) == 0, "wrote \"%s\", expected \"%s\"", got, want);
}

#define WIPE  "\r\033[K"
#define EMPTY ".............................."

TEST(progress, bar_and_time_left)
{
    struct terminal t;
    struct progress p;
    if (!terminal_open(&t))
        return;
    t.stderr_was = dup(STDERR_FILENO);
    dup2(t.theirs, STDERR_FILENO);
    progress_begin(&p, "train", 100, 400); // resumed at step 100
    expect_written(&t, WIPE "train [#######.......................] 100/400, --:-- left");
    log_info("a message takes its place"); // it is there again with the next line
    expect_written(&t, WIPE "vkr1: a message takes its place\r\n");
    progress_line(&p, "step 1");
    expect_written(&t, WIPE "step 1\r\n" WIPE "train [#######.......................] 100/400, --:-- left");
    p.start_s -= 290; // as if it had begun 290 s ago: 1 s a step
    progress_step(&p, 390);
    expect_written(&t, WIPE "train [#############################.] 390/400, 0:10 left");
    p.start_s -= 289710; // 1000 s a step
    progress_phase(&p, "sampling");
    expect_written(&t, WIPE "train [#############################.] 390/400, 2:46:40 left, sampling");
    progress_count(&p, 3, 0, "tokens"); // too soon to draw again
    p.drawn_s -= 1;
    progress_count(&p, 1234, 0, "tokens");
    expect_written(&t, WIPE "train [#############################.] 390/400, 2:46:40 left, sampling 1234 tokens");
    progress_phase(&p, "learning");
    expect_written(&t, WIPE "train [#############################.] 390/400, 2:46:40 left, learning");
    p.drawn_s -= 1;
    progress_count(&p, 8, 64, "sequences");
    expect_written(&t, WIPE "train [#############################.] 390/400, 2:46:40 left, learning 8/64 sequences");
    ioctl(t.ours, TIOCSWINSZ, &(struct winsize){.ws_col = 60}); // no bar goes on in a second line
    p.drawn_s -= 1;
    progress_count(&p, 16, 64, "sequences");
    expect_written(&t, WIPE "train [#############################.] 390/400, 2:46:40 lef");
    progress_step(&p, 400);
    expect_written(&t, WIPE "train [##############################] 400/400, 0:00 left");
    progress_end(&p);
    expect_written(&t, WIPE);
    log_warn("all is over");
    expect_written(&t, "vkr1: warning: all is over\r\n");
    dup2(t.stderr_was, STDERR_FILENO);
    close(t.stderr_was);
    terminal_close(&t);
}

TEST(progress, no_bar_in_a_file)
{
    int was = dup(STDERR_FILENO), file = open(test_tmp("stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    char got[64] = "";
    struct progress p;
    dup2(file, STDERR_FILENO);
    progress_begin(&p, "train", 0, 4);
    progress_step(&p, 1);
    progress_line(&p, "step 1");
    progress_end(&p);
    dup2(was, STDERR_FILENO);
    close(was);
    EXPECT(pread(file, got, sizeof got - 1, 0) == 7 && strcmp(got, "step 1\n") == 0, "wrote \"%s\"", got);
    close(file);
}

// The whole command: the bar is there before the first step ends.
TEST(progress, a_run_begins_with_a_bar)
{
    struct terminal t;
    struct str args = {0}, out = {0}, messages = {0};
    char got[4096];
    if (!terminal_open(&t))
        return;
    str_printf(&args,
               "train '%s' --device cpu --set model.path='%s' --set output_dir='%s' --set train.max_steps=2 "
               "--set eval.eval_steps=0 --set rl.prompts_per_step=2 --set rl.num_generations=2 --set rl.slots=4 "
               "--set train.micro_batch_tokens=240 2> '%s'",
               test_path("../configs/quickstart.json"), test_path("../configs/quickstart-base"), test_tmp("bar"),
               t.path);
    int code = program_run_vkr1(args.data, "", &out, &messages);
    terminal_read(&t, ", saving" WIPE, got, sizeof got); // little enough to wait in the terminal
    const char *bar = strstr(got, WIPE "train [" EMPTY "] 0/2, --:-- left"),
               *first = strstr(got, WIPE "step 1/2  reward ");
    EXPECT(code == 0 && bar && first && bar < first, "exit code %d, wrote \"%s\"", code, got);
    EXPECT(strstr(got, WIPE "train [###############...............] 1/2, "), "wrote \"%s\"", got);
    static const char *const phases[] = {"] 0/2, --:-- left, sampling", "] 0/2, --:-- left, rewards",
                                         "] 0/2, --:-- left, learning", ("] 2/2, 0:00 left, saving" WIPE)};
    for (int i = 0; i < 4; i++)
        EXPECT(strstr(got, phases[i]), "no \"%s\" in \"%s\"", phases[i], got);
    EXPECT(strstr(got, "] 2/2, 0:00 left" WIPE), "wrote \"%s\"", got);
    str_finish(&args);
    str_finish(&out);
    str_finish(&messages);
    terminal_close(&t);
}
