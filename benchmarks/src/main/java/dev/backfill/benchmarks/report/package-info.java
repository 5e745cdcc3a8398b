/** What a bench found: rows, their table and their JSON, and rounds that make ratios fair. */
@NullMarked
package dev.backfill.benchmarks.report;

import org.jspecify.annotations.NullMarked;
