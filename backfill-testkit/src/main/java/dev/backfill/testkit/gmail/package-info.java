/**
 * A Gmail for tests: the reading part of the Gmail API over HTTP on loopback, with its limits, its errors and its quirks.
 *
 * @serial exclude
 */
@NullMarked
package dev.backfill.testkit.gmail;

import org.jspecify.annotations.NullMarked;
