/** The only place that reads a clock or waits: real time, the sign to stop, and waits that end at it. */
@NullMarked
package dev.backfill.core.time;

import org.jspecify.annotations.NullMarked;
