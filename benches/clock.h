/* A clock that only goes forward. */
#ifndef CLOCK_H
#define CLOCK_H

double seconds_now(void);

#endif
