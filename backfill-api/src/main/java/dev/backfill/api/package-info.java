/** What a host calls: starting, commanding and watching backfill jobs. */
@NullMarked
package dev.backfill.api;

import org.jspecify.annotations.NullMarked;
