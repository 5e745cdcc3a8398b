/** Finds the mail providers and sinks that a host registered or that lie on its class path. */
@NullMarked
package dev.backfill.core.plugin;

import org.jspecify.annotations.NullMarked;
