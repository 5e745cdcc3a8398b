/** Engines in processes of their own that are killed, frozen and started again, while a test counts what arrives. */
@NullMarked
package dev.backfill.examples.crash;

import org.jspecify.annotations.NullMarked;
