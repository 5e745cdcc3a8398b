/** What may stand in the log of an error that foreign code threw. */
@NullMarked
package dev.backfill.core.log;

import org.jspecify.annotations.NullMarked;
