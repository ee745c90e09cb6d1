// Time for measurements.
#pragma once

double clock_now(void);             // seconds of a clock that never goes back
static inline double clock_ms(void) // the same in milliseconds
{
    return clock_now() * 1e3;
}
double clock_wall(void); // seconds since 1970
