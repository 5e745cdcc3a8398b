/**
 * What a host calls: starting, commanding and watching backfill jobs.
 *
 * @serial exclude
 */
@NullMarked
package dev.backfill.api;

import org.jspecify.annotations.NullMarked;
