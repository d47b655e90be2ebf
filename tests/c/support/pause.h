/* Pauses of test programs: while something else goes on. */
#ifndef PAUSE_H
#define PAUSE_H

void pause_ms(long milliseconds);

#endif
