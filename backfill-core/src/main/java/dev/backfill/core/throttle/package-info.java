/** How fast and how often providers are asked: quotas, rate limit, retry, concurrency, memory; the only user of Failsafe and bucket4j. */
@NullMarked
package dev.backfill.core.throttle;

import org.jspecify.annotations.NullMarked;
