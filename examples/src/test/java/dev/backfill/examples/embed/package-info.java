/** Tests of what the README tells a host to write. */
@NullMarked
package dev.backfill.examples.embed;

import org.jspecify.annotations.NullMarked;
