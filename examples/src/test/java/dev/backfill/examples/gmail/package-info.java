/** Gmail jobs from one end to the other: the engine, the provider and a mailbox that changes all the while. */
@NullMarked
package dev.backfill.examples.gmail;

import org.jspecify.annotations.NullMarked;
