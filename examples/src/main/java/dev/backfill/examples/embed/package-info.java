/** What a host writes to embed the library. */
@NullMarked
package dev.backfill.examples.embed;

import org.jspecify.annotations.NullMarked;
