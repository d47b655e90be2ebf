/* Operations of the test programs: started, waited for, and taken from queues. */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "filestack/filestack.h"

/* How long an operation may take that only a defect keeps from ending. */
enum { OPERATION_LIMIT_MS = 60 * 1000 };

/* A queue. */
filestack_queue *queue_new(void);

/* Starts the upload of `size` bytes of content_new(size, seed) from memory. NULL for `queue` is none. */
filestack_operation *start_upload(const filestack_client *client, size_t size, unsigned seed,
                                  const filestack_upload_options *options, const filestack_queue *queue, uint64_t tag);

/* Waits for the end, and checks the status of the outcome. */
void check_outcome(filestack_status expected, const filestack_operation *operation);

/* Waits for the end of an upload of content_new(size, seed), checks what the service has, and releases it. */
void check_uploaded(filestack_operation *operation, size_t size, unsigned seed);

/* Takes the next operation, which has to come; NULL is a failed check. */
filestack_operation *take_next(filestack_queue *queue);

/* Checks that there is nothing to take. */
void check_queue_is_empty(filestack_queue *queue);

/* Whether the descriptor of the queue is readable now. */
int queue_is_readable(const filestack_queue *queue);

/* How far an operation is. */
filestack_progress progress_of(const filestack_operation *operation);

/* How many descriptors this process has open. */
size_t open_descriptors(void);

#endif
