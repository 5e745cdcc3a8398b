/** Jobs over providers that misbehave in every way that was seen of them. */
@NullMarked
package dev.backfill.examples.unruly;

import org.jspecify.annotations.NullMarked;
