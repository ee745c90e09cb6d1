// Time for measurements.
#pragma once

double clock_now(void);  // seconds of a clock that never goes back
double clock_wall(void); // seconds since 1970
