/** What the engine is held against: the same work by a plain loop, by Spring Batch, and by a whole path written by hand. */
@NullMarked
package dev.backfill.benchmarks.anchor;

import org.jspecify.annotations.NullMarked;
