/** The life cycle of jobs, and the ports that keep and run them in memory. */
@NullMarked
package dev.backfill.core.job;

import org.jspecify.annotations.NullMarked;
