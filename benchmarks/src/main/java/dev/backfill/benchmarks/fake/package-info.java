/** Servers much faster than what is measured: mailboxes made by arithmetic, answers of ready-made bytes. */
@NullMarked
package dev.backfill.benchmarks.fake;

import org.jspecify.annotations.NullMarked;
