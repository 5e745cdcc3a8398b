/** Benches beside their anchors: the command line, and one class for each bench. Not published. */
@NullMarked
package dev.backfill.benchmarks;

import org.jspecify.annotations.NullMarked;
