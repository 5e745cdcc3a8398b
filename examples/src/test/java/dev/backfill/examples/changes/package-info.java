/** A backfill and the runs after it, over a mailbox that changes all the while, as a consumer of the events sees it. */
@NullMarked
package dev.backfill.examples.changes;

import org.jspecify.annotations.NullMarked;
