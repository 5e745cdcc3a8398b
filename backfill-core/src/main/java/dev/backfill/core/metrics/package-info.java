/** What the engine does, for a host's metrics. The only user of Micrometer, which is optional. */
@NullMarked
package dev.backfill.core.metrics;

import org.jspecify.annotations.NullMarked;
